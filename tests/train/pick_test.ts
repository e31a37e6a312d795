import assert from "node:assert/strict";
import { combineValues, firstMaximum, pickEvaluations } from "../../src/train/pick.ts";

Deno.test("pickEvaluations() chooses the first best, the last, the last 20", () => {
  const top1 = [...Array(25).keys()].map((i) => (i === 7 || i === 20 ? 0.9 : i / 100));
  assert.deepEqual(pickEvaluations("best", top1).indices, [7]);
  assert.deepEqual(pickEvaluations("last", top1).indices, [24]);
  assert.deepEqual(pickEvaluations("mean-last-20", top1), {
    indices: [...Array(20).keys()].map((i) => i + 5),
    combine: "mean",
  });
  assert.equal(pickEvaluations("median-last-20", top1.slice(0, 3)).indices.length, 3);
  assert.throws(() => pickEvaluations("best", []), RangeError);
});

Deno.test("combineValues() takes mean and median", () => {
  assert.equal(combineValues([4, 1, 2, 9], "mean"), 4);
  assert.equal(combineValues([4, 1, 2, 9], "median"), 3);
  assert.equal(combineValues([4, 1, 9], "median"), 4);
});

Deno.test("firstMaximum() does not keep NaN", () => {
  assert.equal(firstMaximum([NaN, 0.1, 0.3, 0.3]), 2);
});
