import assert from "node:assert/strict";
import { samplerOrder } from "../../src/data/sampler_order.ts";
import { EpochOrder } from "../../src/train/epoch_order.ts";

Deno.test("EpochOrder walks through USB's order of each epoch, unlabelled images after labelled ones", () => {
  const order = new EpochOrder({
    epochSteps: 3,
    batch: 2,
    labelledCount: 5,
    unlabelledBatch: 4,
    unlabelledCount: 7,
  });
  for (const epoch of [0, 1]) {
    const labelled = samplerOrder({ count: 5, samples: 6, epoch });
    const unlabelled = samplerOrder({ count: 7, samples: 12, epoch });
    for (const within of [0, 1, 2]) {
      assert.deepEqual(order.at(epoch * 3 + within), {
        labelled_indices: labelled.slice(within * 2, within * 2 + 2),
        unlabelled_indices: unlabelled.slice(within * 4, within * 4 + 4).map((i) => i + 5),
      });
    }
  }
});

Deno.test("EpochOrder gives no unlabelled indices where the method reads none", () => {
  const order = new EpochOrder({
    epochSteps: 1,
    batch: 2,
    labelledCount: 5,
    unlabelledBatch: 0,
    unlabelledCount: 0,
  });
  assert.deepEqual(Object.keys(order.at(4)), ["labelled_indices"]);
});
