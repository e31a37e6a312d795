import assert from "node:assert/strict";
import { groupRecalls } from "../../src/train/class_groups.ts";

function close(found: number | null, expected: number): void {
  assert.ok(found !== null && Math.abs(found - expected) < 1e-12, `${found} ${expected}`);
}

Deno.test("groupRecalls() takes classes together by their labelled images", () => {
  const counts = [500, 101, 100, 20, 19, 5];
  const found = groupRecalls([0.9, 0.8, 0.5, 0.7, 0.2, 0.4], counts);
  close(found.many, 0.85);
  close(found.medium, 0.6);
  close(found.few, 0.3);
  close(found.geometric_mean, (0.9 * 0.8 * 0.5 * 0.7 * 0.2 * 0.4) ** (1 / 6));
});

Deno.test("groupRecalls() leaves out classes that the test set lacks, and empty groups", () => {
  const found = groupRecalls([0.25, null, 1], [500, 300, 200]);
  close(found.geometric_mean, 0.5);
  close(found.many, 0.625);
  assert.deepEqual([found.medium, found.few], [null, null]);
  assert.equal(groupRecalls([0.5, 0], [2, 1]).geometric_mean, 0);
  assert.deepEqual(groupRecalls([null], [1]), {
    geometric_mean: null,
    many: null,
    medium: null,
    few: null,
  });
  assert.throws(() => groupRecalls([1], [1, 2]), RangeError);
});
