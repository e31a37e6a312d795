import assert from "node:assert/strict";
import { aroundShare } from "../../src/data/fraction.ts";
import { Mt19937 } from "../../src/data/mt19937.ts";
import { numpyShuffle } from "../../src/data/numpy_shuffle.ts";
import { splitIndices } from "../../src/data/split_indices.ts";

Deno.test("aroundShare() rounds a half to the even integer, as numpy does", () => {
  const rounded = [[1300, 130], [732, 73], [5, 0], [15, 2], [25, 2], [35, 4], [7, 1]] as const;
  for (const [count, expected] of rounded) assert.equal(aroundShare(count, 0.1), expected);
  assert.equal(aroundShare(3, 0.5), 2);
  assert.equal(aroundShare(9, 1), 9);
});

const labels = Int32Array.from({ length: 60 }, (_, i) => i % 4 === 0 ? 1 : i % 2 === 0 ? 2 : 0);
const share = { fraction: 0.2 };

Deno.test("splitIndices() takes the first images of every class for seed 0 of a share", () => {
  const request = { labels, labelled: share, classes: 3, seed: 0 };
  const { labelled, unlabelled } = splitIndices({ ...request, unlabelled: "all" });
  assert.deepEqual([...labelled], [1, 3, 5, 7, 9, 11, 0, 4, 8, 2, 6, 10]);
  assert.deepEqual([...unlabelled], [...labels.keys()]);
  const rest = splitIndices({ ...request, unlabelled: "rest" });
  assert.equal(rest.unlabelled.length, 48);
  assert.deepEqual([...rest.unlabelled.subarray(0, 3)], [13, 15, 17]);
});

Deno.test("splitIndices() shuffles a share's classes with one generator for other seeds", () => {
  const { labelled } = splitIndices({
    labels,
    labelled: share,
    unlabelled: null,
    classes: 3,
    seed: 5,
  });
  const generator = new Mt19937(5);
  const expected: number[] = [];
  for (const [label, count] of [[0, 6], [1, 3], [2, 3]] as const) {
    const pool = Int32Array.from(labels.keys()).filter((i) => labels[i] === label);
    numpyShuffle(pool, generator);
    expected.push(...pool.subarray(0, count));
  }
  assert.deepEqual([...labelled], expected);
});

Deno.test("splitIndices() puts images without a label in front of all labelled ones", () => {
  const stl = Int32Array.of(0, 1, 1, 0, -1, -1, -1);
  const request = { labels: stl, labelled: [1, 1], seed: 0 };
  const { labelled, unlabelled } = splitIndices({ ...request, unlabelled: "all" });
  assert.equal(labelled.length, 2);
  assert.deepEqual([...unlabelled], [4, 5, 6, 0, 1, 2, 3]);
  const rest = splitIndices({ ...request, unlabelled: "rest" });
  assert.deepEqual([...rest.labelled], [...labelled]);
  assert.deepEqual([...rest.unlabelled.subarray(0, 3)], [4, 5, 6]);
  assert.equal(rest.unlabelled.length, 5);
});
