import assert from "node:assert/strict";
import {
  classCounts,
  countLabels,
  gaussianCounts,
  totalCount,
  usbCounts,
} from "../../src/data/counts.ts";
import { UserError } from "../../src/errors.ts";

Deno.test("classCounts() gives the paper's long tails", () => {
  const consistent = classCounts({ head: 1500, ratio: 100, shape: "consistent" }, 10);
  assert.deepEqual(consistent, [1500, 899, 539, 323, 193, 116, 69, 41, 25, 15]);
  assert.deepEqual(
    classCounts({ head: 1500, ratio: 100, shape: "inverse" }, 10),
    consistent.toReversed(),
  );
  assert.deepEqual(
    classCounts({ head: 1500, ratio: -100, shape: "consistent" }, 10),
    consistent.toReversed(),
  );
  assert.equal(totalCount(classCounts({ head: 300, ratio: 15, shape: "consistent" }, 100)), 10352);
});

Deno.test("classCounts() takes a uniform head as the count of every class", () => {
  assert.deepEqual(classCounts({ head: 300, ratio: 1, shape: "uniform" }, 4), [300, 300, 300, 300]);
});

Deno.test("usbCounts() takes a number with ratio 1 as the total", () => {
  assert.deepEqual(usbCounts({ number: 40, ratio: 1, classes: 10 }), new Array(10).fill(4));
  assert.throws(() => usbCounts({ number: 41, ratio: 1, classes: 10 }), UserError);
});

Deno.test("usbCounts() leaves a class without an image where USB does", () => {
  const counts = usbCounts({ number: 50, ratio: 100, classes: 4 });
  assert.deepEqual(counts, [50, 10, 2, 0]);
  assert.deepEqual(usbCounts({ number: 50, ratio: -100, classes: 4 }), counts.toReversed());
});

Deno.test("gaussianCounts() reads K/6 as standard deviation or variance", () => {
  const std = gaussianCounts({ head: 3000, classes: 10 });
  assert.deepEqual(std, [81, 345, 1018, 2093, 3000, 3000, 2093, 1018, 345, 81]);
  assert.equal(totalCount(std), 13074);
  const variance = gaussianCounts({ head: 3000, classes: 10, spread: "variance" });
  assert.deepEqual(variance.slice(0, 5), [7, 81, 495, 1646, 3000]);
  assert.equal(gaussianCounts({ head: 70, classes: 7 })[3], 70);
});

Deno.test("classCounts() turns the Gaussian over, or swaps its halves", () => {
  const complement = classCounts({ head: 3000, ratio: 1, shape: "gaussian-inverse" }, 10);
  assert.deepEqual(complement, [3000, 2736, 2063, 988, 81, 81, 988, 2063, 2736, 3000]);
  const swapped = classCounts({
    head: 3000,
    ratio: 1,
    shape: "gaussian-inverse",
    gaussian: { spread: "std", inverse: "swap-halves" },
  }, 10);
  assert.deepEqual(swapped, [3000, 2093, 1018, 345, 81, 81, 345, 1018, 2093, 3000]);
});

Deno.test("classCounts() refuses what leaves a class empty", () => {
  const refuse = (request: Parameters<typeof classCounts>[0], message: RegExp) =>
    assert.throws(
      () => classCounts(request, 10),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refuse({ head: 50, ratio: 100, shape: "consistent" }, /head of at least 100/);
  refuse({ head: 50, ratio: -100, shape: "inverse" }, /head of at least 100/);
  refuse({ head: 50, ratio: 100, shape: "chaotic-a1" }, /head of at least 100/);
  refuse({ head: 50, ratio: 0.5, shape: "consistent" }, /ratio of 1 or more/);
  refuse({ head: 10, ratio: 1, shape: "gaussian" }, /larger head/);
});

Deno.test("countLabels() throws for a label out of range", () => {
  assert.deepEqual(countLabels([0, 2, 2], 3), [1, 0, 2]);
  assert.throws(() => countLabels([3], 3), RangeError);
});
