import assert from "node:assert/strict";
import { join } from "node:path";
import {
  copyProject,
  type Place,
  readReports,
  run,
  runJson,
  tinySweep,
  withPlace,
} from "./project.ts";

/** Replaces text in a file; fails if it is not there. */
function edit(path: string, [from, to]: readonly [string, string]): void {
  const text = Deno.readTextFileSync(path);
  assert.ok(text.includes(from), `${path} holds ${from}`);
  Deno.writeTextFileSync(path, text.replace(from, to));
}

async function stagesToRun(sweep: string, place: Place): Promise<string[]> {
  const { stdout, stderr, code } = await run(["plan", sweep, "--json"], place);
  assert.equal(code, 0, stderr);
  const { nodes } = JSON.parse(stdout) as {
    nodes: { stage: string; state: string; cells: string[] }[];
  };
  return nodes.filter(({ state }) => state !== "cached")
    .map(({ stage, cells }) => [stage, ...cells.map((cell) => cell.split("/")[1])].join(" "))
    .sort();
}

Deno.test("sweep runs again only what a change reaches", async () => {
  await withPlace(async ({ folder, store, reports }) => {
    const root = join(folder, "project");
    await copyProject(root);
    const sweep = join(root, "configs", "tiny.yaml");
    Deno.writeTextFileSync(sweep, tinySweep);
    const place = { root, store, reports };

    const first = await runJson(["sweep", sweep, "--jobs", "2"], place);
    assert.deepEqual([first.ran, first.cached, first.failed], [13, 0, 0]);
    const before = readReports(place);
    assert.deepEqual(await stagesToRun(sweep, place), []);

    // A comment, other line breaks, other quotes: nothing.
    const loop = join(root, "src/train/metrics.ts");
    edit(loop, ["export function", "// A remark.\n\n\nexport   function"]);
    assert.deepEqual(await stagesToRun(sweep, place), []);

    // A new method beside the others: nothing.
    Deno.writeTextFileSync(join(root, "src/methods/new_one.ts"), 'export const id = "new";\n');
    edit(join(root, "src/methods/registry.ts"), [
      "export function",
      "export const later = 1;\nexport function",
    ]);
    assert.deepEqual(await stagesToRun(sweep, place), []);

    // Report style: the table only.
    const markdown = join(root, "src/report/markdown.ts");
    edit(markdown, ["export function", "export const style = 2;\nexport function"]);
    assert.deepEqual(await stagesToRun(sweep, place), ["tabulate"]);
    edit(markdown, ["export const style = 2;\n", ""]);

    // One method's parameter: its cells only.
    edit(sweep, ["fixmatch: {}", "fixmatch: {params: {p_cutoff: 0.5}}"]);
    assert.deepEqual(await stagesToRun(sweep, place), [
      "calibrate fixmatch",
      "evaluate fixmatch",
      "tabulate",
      "train fixmatch",
    ]);
    edit(sweep, ["fixmatch: {params: {p_cutoff: 0.5}}", "fixmatch: {}"]);

    // A module that training imports: training and what follows, and `explain` names it.
    edit(join(root, "src/train/schedule.ts"), [
      "export function",
      "export const extra = 3;\nexport function",
    ]);
    const touched = await stagesToRun(sweep, place);
    assert.equal(touched.filter((stage) => stage.startsWith("train ")).length, 3);
    assert.ok(!touched.some((stage) => stage.startsWith("prepare") || stage.startsWith("split")));
    const explained = await run(["explain", "tiny/fixmatch/tiny", "--in", sweep], place);
    assert.match(explained.stdout, /src\/train\/schedule\.ts/);

    // The same numbers come out, so the wave stops after training.
    const again = await runJson(["sweep", sweep, "--jobs", "2"], place);
    assert.equal(again.ran, 3);
    assert.deepEqual(readReports(place), before);
  });
});
