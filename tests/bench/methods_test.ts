import { deepEqual, match, ok } from "node:assert/strict";
import type { MethodRow } from "../../bench/methods.ts";
import { runBench } from "./bench_command.ts";

const tiny = ["--net=wrn-10-1", "--batch=2", "--rounds=2", "--engine=wasm"];

Deno.test("bench methods compares a method with FixMatch and says what else it passes through the net", async () => {
  const methods = "--method=fixmatch,fixmatch+cdmad";
  const { code, stdout, stderr } = await runBench("methods", "--json", methods, ...tiny);
  deepEqual([code, stderr], [0, ""]);
  const rows = JSON.parse(stdout) as MethodRow[];
  deepEqual(
    rows.map(({ engine, net, batch, method, turns }) => ({ engine, net, batch, method, turns })),
    [
      { engine: "wasm", net: "wrn-10-1", batch: 10, method: "fixmatch", turns: 2 },
      { engine: "wasm", net: "wrn-10-1", batch: 10, method: "fixmatch+cdmad", turns: 2 },
    ],
  );
  deepEqual(rows.map(({ more_forwards }) => more_forwards), [null, "a blank image"]);
  for (const { ms, relative, range, cpu_relative } of rows) {
    ok(ms > 0 && cpu_relative > 0);
    ok(range[0] <= relative && relative <= range[1]);
  }
});

Deno.test("bench methods knows the methods that use unlabelled images", async () => {
  const { code, stderr } = await runBench("methods", "--method=fixmatch+scsl", ...tiny);
  deepEqual(code, 2);
  match(
    stderr,
    /--method: expected one of .*found "fixmatch\+scsl": did you mean "fixmatch\+scssl"\?/,
  );
});
