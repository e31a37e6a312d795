import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { type StepRow, stepRow, stepTable } from "../../bench/step_row.ts";
import { runBench } from "./bench_command.ts";

const tiny = ["--net=wrn-10-1", "--batch=2", "--rounds=1", "--engine=wasm,pytorch", "--device=cpu"];

/** A program that answers like PyTorch's: two seconds a step. */
async function writePeer(folder: string): Promise<string> {
  const path = join(folder, "python");
  const turn = { milliseconds: 2000, cpuSeconds: 4, peakBytes: 5e8, loss: 2 };
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\necho '{"version":"2.0"}'\nwhile read line; do echo '${
      JSON.stringify(turn)
    }'; done\n`,
    { mode: 0o755 },
  );
  return path;
}

Deno.test({
  name: "bench step measures an engine beside its peer",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const python = await writePeer(folder);
      const { code, stdout, stderr } = await runBench(
        "step",
        ...tiny,
        "--json",
        `--python=${python}`,
      );
      deepEqual([code, stderr], [0, ""]);
      const rows = JSON.parse(stdout) as StepRow[];
      deepEqual(rows.map(({ engine, device, net, batch }) => [engine, device, net, batch]), [
        ["wasm", "cpu", "wrn-10-1", 10],
        ["pytorch", "cpu", "wrn-10-1", 10],
      ]);
      const [wasm, pytorch] = rows;
      const { ms, cpu_seconds, peak_mb, ratio, cpu_ratio, memory_ratio } = pytorch!;
      deepEqual({ ms, cpu_seconds, peak_mb, ratio, cpu_ratio, memory_ratio }, {
        ...{ ms: 2000, cpu_seconds: 4, peak_mb: 500, ratio: 1, cpu_ratio: 1, memory_ratio: 1 },
      });
      ok(wasm!.ms! > 0 && wasm!.cpu_seconds! > 0 && wasm!.peak_mb! > 10);
      ok(Math.abs(wasm!.ratio! - wasm!.ms! / 2000) < 1e-3);
      equal(wasm!.strong, "randaugment");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("bench step says so where PyTorch is not installed", async () => {
  const { code, stdout } = await runBench("step", ...tiny, "--python=no-such-python");
  equal(code, 0);
  match(
    stdout,
    /^wrn-10-1, 10 images, randaugment; \d+ threads?, 1 round\n/,
  );
  match(stdout, /^wasm +[\d.]+ /m);
  match(stdout, /^pytorch \(cpu\): not installed$/m);
});

const mistakes: Readonly<Record<string, RegExp>> = {
  "--engine=wsm": /--engine: expected one of wasm, .*found "wsm": did you mean "wasm"\?/,
  "--rounds=0": /--rounds: expected a whole number of at least 1, found "0"/,
  "--strong=randaugmnt": /--strong: expected a pipeline/,
  "--method=fixmatch": /the benchmark "step" takes no --method/,
};

for (const [argument, expected] of Object.entries(mistakes)) {
  Deno.test(`bench step ${argument} ends with 2`, async () => {
    const { code, stdout, stderr } = await runBench("step", argument);
    deepEqual([code, stdout], [2, ""]);
    match(stderr, expected);
  });
}

Deno.test("stepTable() fits into 100 columns", () => {
  const measured = {
    milliseconds: 12345.678,
    rangeMilliseconds: [11111.1, 22222.2] as const,
    ...{
      cpuSeconds: 23.456,
      peakBytes: 2.8e9,
      firstMilliseconds: 33333,
      turns: 7,
      stepsPerTurn: 1,
    },
  };
  const row = stepRow({
    ...{ engine: "pytorch compiled", device: "cuda", net: "wrn-28-2", batch: 64, threads: 16 },
    ...{ strong: "randaugment", note: null, measured, peer: measured },
    greeting: {
      version: "2.15.0+cu132",
      recordMilliseconds: 333,
      readyMilliseconds: 11111,
      cachedMilliseconds: 444,
    },
  });
  const absent = { ...row, ms: null, note: "not run: no GPU" };
  const lines = stepTable([row, absent], 7);
  equal(lines.length, 4);
  equal(lines.at(-1), "pytorch compiled (cuda): not run: no GPU");
  for (const line of lines) ok(line.length <= 100, line);
});
