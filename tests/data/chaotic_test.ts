import assert from "node:assert/strict";
import { chaoticOrder } from "../../src/data/chaotic.ts";
import { COUNT_SHAPES } from "../../src/data/count_request.ts";
import { classCounts, longTailCounts, totalCount } from "../../src/data/counts.ts";
import { Mt19937 } from "../../src/data/mt19937.ts";
import { numpyShuffle } from "../../src/data/numpy_shuffle.ts";
import { UserError } from "../../src/errors.ts";

const shapes = COUNT_SHAPES.filter((shape) => shape.startsWith("chaotic-"));

/** Share of the images that the first half of the classes holds. */
function headShare(counts: readonly number[]): number {
  return totalCount(counts.slice(0, counts.length / 2)) / totalCount(counts);
}

Deno.test("chaoticOrder() is what the rule in data/chaotic.json draws", () => {
  for (const [classes, head] of [[10, 4000], [100, 400]] as const) {
    const tail = longTailCounts({ head, ratio: 100, classes });
    for (const shape of shapes) {
      const generator = new Mt19937(Number(shape.at(-1)));
      const headHeavy = shape.startsWith("chaotic-a");
      let order: Int32Array;
      let share: number;
      do {
        order = Int32Array.from({ length: classes }, (_, i) => i);
        numpyShuffle(order, generator);
        share = headShare(Array.from(order, (rank) => tail[rank]!));
      } while (headHeavy ? share <= 0.6 : share >= 0.4);
      assert.deepEqual([...chaoticOrder(shape, classes)], [...order], `${shape} ${classes}`);
    }
  }
});

Deno.test("classCounts() puts the long tail of a chaotic shape in its order", () => {
  assert.deepEqual(shapes.length, 4);
  const counts = classCounts({ head: 4000, ratio: 100, shape: "chaotic-a1" }, 10);
  assert.deepEqual(counts, [1437, 40, 185, 516, 4000, 861, 2397, 111, 66, 309]);
  assert.equal(totalCount(counts), 9922);
  const lower = classCounts({ head: 4000, ratio: 100, shape: "chaotic-b2" }, 10);
  assert.deepEqual(lower, [309, 861, 66, 185, 111, 4000, 2397, 40, 516, 1437]);
  assert.throws(
    () => classCounts({ head: 40, ratio: 10, shape: "chaotic-b1" }, 7),
    (error) => error instanceof UserError && /10 and 100 classes, not for 7/.test(error.message),
  );
});
