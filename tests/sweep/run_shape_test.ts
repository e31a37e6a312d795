import assert from "node:assert/strict";
import { join } from "node:path";
import type { Cell } from "../../src/config/mod.ts";
import type { Plan } from "../../src/dag/mod.ts";
import { writeInt32, writeJson } from "../../src/data/part_files.ts";
import type { RunNodes } from "../../src/sweep/graph.ts";
import { runShape } from "../../src/sweep/run_shape.ts";
import { inTemporaryDirectory } from "../data/fixtures.ts";

/** As much of a cell of STL-10 as its shape depends on. */
const stl10 = {
  id: "t/fixmatch/stl10",
  method: "fixmatch",
  split: {
    dataset: "stl-10",
    labelled: { head: 150, ratio: 20 },
    unlabelled: { shape: "all" },
  },
} as unknown as Cell;

/** A run whose inputs `images`, `labelled` and `unlabelled` lie in `stored`, or in no store. */
function inputsOf(stored?: string): { readonly run: RunNodes; readonly plan: Plan } {
  const names = ["images", "labelled", "unlabelled"];
  const inputs = Object.fromEntries(names.map((name) => [name, { node: {}, output: name }]));
  const object = stored === undefined ? undefined : { path: stored };
  const plan = { graph: { find: () => ({}) }, of: () => ({ object }) };
  return { run: { train: { inputs } } as unknown as RunNodes, plan: plan as unknown as Plan };
}

Deno.test("runShape() counts STL-10's unlabelled images, whose classes nobody knows, before and after the split", async () => {
  const asked = await runShape(stl10, { ...inputsOf(), found: undefined });
  assert.equal(asked.from, "setting");
  const { labelled_count, unlabelled_count, labelled_ratio, unlabelled_counts } = asked.data;
  assert.deepEqual([labelled_count, unlabelled_count, labelled_ratio], [507, 105_000, 20]);
  assert.equal(unlabelled_counts, undefined);

  await inTemporaryDirectory(async (root) => {
    const directory = async (name: string, meta: object, indices: readonly number[]) => {
      await Deno.mkdir(join(root, "out", name), { recursive: true });
      await writeJson(join(root, "out", name, "meta.json"), meta);
      await writeInt32(join(root, "out", name, "indices.bin"), Int32Array.from(indices));
    };
    const { height, width, channels, classes, mean, std } = asked.data;
    const meta = {
      ...{ dataset: "stl-10", part: "train", count: 105_000, official_count: 105_000 },
      ...{ height, width, channels, classes, mean, std },
      ...{ class_names: [], source: "made", fixed_split: false },
    };
    await directory("images", meta, []);
    await directory("labelled", { counts: [2, 1], ratio: 2 }, [4, 5, 6]);
    await directory("unlabelled", { counts: null }, [4, 5, 6, 7]);
    const { from, data } = await runShape(stl10, { ...inputsOf(root), found: undefined });
    assert.equal(from, "stored split");
    assert.deepEqual(data, {
      ...{ height, width, channels, classes, mean, std },
      train: { count: 7 },
      labelled_count: 3,
      unlabelled_count: 4,
      labelled_counts: [2, 1],
      labelled_ratio: 2,
    });
  });
});
