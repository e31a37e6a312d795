import assert from "node:assert/strict";
import { join } from "node:path";
import type { StageContext } from "../../src/dag/stage.ts";
import type { TableParams } from "../../src/report/params.ts";
import type { Report } from "../../src/report/report.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { tabulate } from "../../stages/tabulate.ts";
import { own } from "./small_tables.ts";

/** Runs the stage in `folder` with these results; answers with the names and texts of what it wrote. */
async function run(
  folder: string,
  results: readonly ({ top1: number | null } | { absent: string })[],
) {
  const inputs = await Promise.all(results.map(async (result, index) => {
    if ("absent" in result) return result;
    const path = join(folder, `metrics${index}`);
    const metrics = {
      pick: "best",
      selected_step: 12,
      primary: "base",
      outputs: { base: { top1: result.top1, loss: 1.2, recalls: [0.5, 1] } },
      test_count: 100,
      official_test_count: 100,
      curve: [[12, result.top1]],
      engine: "wasm",
    };
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(join(path, "metrics.json"), JSON.stringify(metrics));
    return { path };
  }));
  const output = await Deno.makeTempDir({ dir: folder });
  const context: StageContext<TableParams> = {
    params: own,
    input: () => assert.fail("no single input"),
    inputs: () => inputs,
    hasInput: () => false,
    output: () => output,
    checkpoints: folder,
    paths: {},
    engine: "wasm",
    threads: 1,
    signal: new AbortController().signal,
    progress: () => {},
    record: () => {},
    log: () => {},
  };
  await tabulate.run(context);
  const names = [...Deno.readDirSync(output)].map(({ name }) => name).sort();
  return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(join(output, name))]));
}

Deno.test("tabulate writes every format, twice the same bytes, and data for the terminal", async () => {
  const folder = await Deno.makeTempDir();
  const results = [{ top1: 0.25 }, { absent: "failed: Broken." }];
  const files = await run(folder, results);
  assert.deepEqual(Object.keys(files), ["report.csv", "report.json", "report.md"]);
  assert.match(
    files["report.md"] ?? "",
    /\| Supervised \| 25\.00 \(1\/1\) \|\n\| FixMatch {3}\| – \(failed\) {2}\|/,
  );
  assert.match(files["report.csv"] ?? "", /\r\nsmoke,fixmatch,smoke,failed,0,1,.*,Broken\.,\r\n/);
  const report: Report = JSON.parse(files["report.json"] ?? "");
  assert.match(renderTerminal(report, { width: 80 }), /\nSupervised {2}25\.00 \(1\/1\)\n/);
  assert.deepEqual(await run(folder, results), files);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("tabulate refuses metrics whose accuracy is not a number", async () => {
  const folder = await Deno.makeTempDir();
  // JSON has no NaN: a writer leaves null in its place.
  await assert.rejects(
    run(folder, [{ top1: null }, { top1: 0.5 }]),
    /internal: .*metrics\.json: outputs\.base\.top1: /,
  );
  await Deno.remove(folder, { recursive: true });
});
