import assert from "node:assert/strict";
import { load } from "../../src/data/sources/synthetic.ts";
import { synthesis } from "../../src/data/synthesis.ts";
import { hex } from "./fixtures.ts";

function make(parameters: Record<string, number>) {
  return load({
    dataset: "synthetic",
    kind: "synthetic",
    path: "",
    digest: "parameters",
    synthesis: synthesis.parse(parameters),
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

const small = { classes: 5, size: 16, train_per_class: 8, test_per_class: 4 };

Deno.test("load() of the synthetic set is a pure function of its parameters", async () => {
  const set = await make(small);
  assert.deepEqual(await make(small), set);
  assert.equal(set.train.images.length, 40 * 16 * 16 * 3);
  assert.deepEqual([...set.train.labels.subarray(0, 6)], [0, 1, 2, 3, 4, 0]);
  // The same bytes on every machine.
  assert.equal(
    hex("sha256", set.train.images),
    "b99b9aa3eb5231d7f3c28d04e0c908a4e75a61ed25333f163a310f8998662d09",
  );
  for (const change of [{ seed: 1 }, { noise: 0.1 }]) {
    assert.notDeepEqual((await make({ ...small, ...change })).train.images, set.train.images);
  }
});

Deno.test("load() of the synthetic set keeps an image when more of its class are asked for", async () => {
  const [few, many] = [await make(small), await make({ ...small, train_per_class: 20 })];
  assert.deepEqual(many.train.images.subarray(0, few.train.images.length), few.train.images);
  assert.deepEqual(many.test.images, few.test.images);
});

Deno.test("load() of the synthetic set draws classes that differ, yet not by one pixel's colour", async () => {
  const set = await make({ classes: 10, size: 16, train_per_class: 60, test_per_class: 30 });
  const accuracy = nearestNeighbourAccuracy(set);
  assert.ok(accuracy > 0.2 && accuracy < 0.9, `nearest neighbour accuracy ${accuracy}`);
});

function nearestNeighbourAccuracy(set: Awaited<ReturnType<typeof make>>): number {
  const { train, test } = set;
  const bytes = set.height * set.width * 3;
  let right = 0;
  for (let i = 0; i < test.labels.length; i++) {
    let best = Infinity;
    let label = -1;
    for (let j = 0; j < train.labels.length; j++) {
      let distance = 0;
      for (let p = 0; p < bytes && distance < best; p++) {
        const d = test.images[i * bytes + p]! - train.images[j * bytes + p]!;
        distance += d * d;
      }
      if (distance < best) [best, label] = [distance, train.labels[j]!];
    }
    if (label === test.labels[i]) right++;
  }
  return right / test.labels.length;
}
