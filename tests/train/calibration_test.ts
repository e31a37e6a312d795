import assert from "node:assert/strict";
import { calibrate } from "../../src/train/calibration.ts";

const logits = new Float32Array([1, 2, 3, 4]);

Deno.test("calibrate() applies each rule and leaves its input alone", () => {
  const bias = new Float32Array([0.5, -1]);
  assert.deepEqual(calibrate("none", logits), logits);
  assert.deepEqual([...calibrate("remove-bias", logits, { bias })], [0.5, 3, 2.5, 5]);
  assert.deepEqual([...calibrate("blank-image", logits, { blank: bias })], [0.5, 3, 2.5, 5]);
  const prior = [Math.exp(-1), 0];
  assert.deepEqual([...calibrate("logit-adjustment", logits, { prior, tau: 2 })], [3, 2, 5, 4]);
  assert.deepEqual([...logits], [1, 2, 3, 4]);
});

Deno.test("calibrate() names a missing vector and a shape that does not fit", () => {
  assert.throws(() => calibrate("remove-bias", logits), /remove-bias needs a bias/);
  const bias = new Float32Array(3);
  assert.throws(() => calibrate("remove-bias", logits, { bias }), /Expected logits \[N,3\]/);
});
