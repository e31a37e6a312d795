import assert from "node:assert/strict";
import { bestStep, filesOf, FRESH_RECORD, logitsSteps } from "../../src/train/run_record.ts";

const record = (top1: readonly number[]) => ({
  ...FRESH_RECORD,
  evaluations: top1.map((value, i) => ({ step: (i + 1) * 4, top1: value })),
});

Deno.test("logitsSteps() names the best and the last 20 once", () => {
  const early = record(Array.from({ length: 25 }, (_, i) => (i === 2 ? 0.5 : 0.1)));
  assert.equal(bestStep(early), 12);
  assert.deepEqual(logitsSteps(early), [12, ...Array.from({ length: 20 }, (_, i) => (i + 6) * 4)]);
  const late = record([0.1, 0.3, 0.3]);
  assert.equal(bestStep(late), 8);
  assert.deepEqual(logitsSteps(late), [4, 8, 12]);
});

Deno.test("filesOf() names nothing for a run that has not begun", () => {
  assert.deepEqual(filesOf(FRESH_RECORD), []);
  assert.equal(bestStep(FRESH_RECORD), undefined);
});

Deno.test("filesOf() names every file that a checkpoint relies on", () => {
  assert.deepEqual(filesOf({ ...record([0.2]), phase: 1 }), [
    "evaluations/1/step_00000004.safetensors.gz",
    "logits/1/step_00000004.safetensors",
    "best/1/step_00000004.safetensors",
  ]);
});
