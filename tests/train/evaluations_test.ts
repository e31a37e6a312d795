import assert from "node:assert/strict";
import {
  decodeEvaluation,
  decodeLogits,
  encodeEvaluation,
  encodeLogits,
  evaluateOutputs,
  type EvaluationsMeta,
} from "../../src/train/evaluations.ts";
import { recalibrate, ruledOutput } from "../../src/train/recalibrate.ts";

const meta: EvaluationsMeta = {
  format: 1,
  primary: "balanced-no-bias",
  outputs: [
    { name: "base", head: "base", rule: "none" },
    { name: "balanced", head: "balanced", rule: "none" },
    { name: "balanced-no-bias", head: "balanced", rule: "remove-bias" },
  ],
  classes: 3,
  test_count: 4,
  official_test_count: 4,
  fixed_split: false,
  class_counts: [4, 2, 1],
  engine: "wasm",
  steps: [7],
};
const labels = new Int32Array([0, 1, 2, 2]);
const heads = {
  base: {
    logits: new Float32Array([0.1, 0.2, 0.3, 1, 2, 3, -1, 0.7, 0.3, 1e-3, 2e-3, 1e-3]),
    bias: new Float32Array([0.1, 0, 0]),
  },
  balanced: {
    logits: new Float32Array([3, 1, 2, 5, 1, 5.001, 0, 0, 0, 1 / 3, 1 / 7, 1 / 9]),
    bias: new Float32Array([1, 0.3, -0.7]),
  },
};
const outputs = evaluateOutputs(heads, labels, meta);

Deno.test("decodeEvaluation() reads back what encodeEvaluation() wrote, always the same bytes", () => {
  const bytes = encodeEvaluation({ step: 7, outputs });
  assert.deepEqual(decodeEvaluation(bytes, "x"), { step: 7, outputs });
  assert.deepEqual(encodeEvaluation({ step: 7, outputs }), bytes);
  assert.deepEqual([...bytes.subarray(4, 10)], [0, 0, 0, 0, bytes[8], 255]);
  assert.throws(() => decodeEvaluation(bytes.subarray(0, 30), "x.gz"), /x\.gz: not a whole gzip/);
});

Deno.test("recalibrate() gives the training loop's numbers from stored float16 logits, bit for bit", () => {
  const stored = decodeLogits(encodeLogits(heads, { step: 7 }), "x");
  const again = recalibrate({ step: 7, outputs }, "default", { meta, labels, heads: stored });
  assert.deepEqual(again, { step: 7, outputs });
});

Deno.test("recalibrate() passes stored evaluations through and drops those it cannot compute", () => {
  const evaluation = { step: 7, outputs };
  assert.equal(recalibrate(evaluation, "none", { meta, labels }), evaluation);
  assert.equal(recalibrate(evaluation, "logit-adjustment", { meta, labels }), undefined);
  const adjusted = recalibrate(evaluation, "logit-adjustment", { meta, labels, heads })!;
  assert.deepEqual(Object.keys(adjusted.outputs), [
    "base",
    "balanced",
    "balanced-no-bias",
    "balanced-logit-adjustment",
  ]);
});

Deno.test("recalibrate() adjusts by what training had, where generations added labelled images", () => {
  const adjusted = (counts: Partial<EvaluationsMeta>) => {
    const evaluation = recalibrate({ step: 7, outputs }, "logit-adjustment", {
      meta: { ...meta, ...counts },
      labels,
      heads,
    });
    return evaluation!.outputs["balanced-logit-adjustment"];
  };
  const grown = { prior_counts: [4, 9, 8] };
  assert.deepEqual(adjusted(grown), adjusted({ class_counts: grown.prior_counts }));
  assert.notDeepEqual(adjusted(grown), adjusted({}));
});

Deno.test("recalibrate() takes a blank image's logits from the file", () => {
  const blank = new Float32Array([0.25, 0, 2]);
  const seen = { base: { ...heads.base, blank }, balanced: { ...heads.balanced, blank } };
  const stored = decodeLogits(encodeLogits(seen, { step: 7 }), "x");
  assert.deepEqual(stored.balanced!.blank, blank);
  const debiased = recalibrate({ step: 7, outputs }, "blank-image", {
    meta,
    labels,
    heads: stored,
  })!;
  const { predicted } = debiased.outputs["balanced-blank-image"]!;
  assert.deepEqual([...predicted], [0, 0, 1, 1]);
});

Deno.test("ruledOutput() finds the primary head's output under a rule", () => {
  assert.equal(ruledOutput(meta, "default").output.name, "balanced-no-bias");
  assert.equal(ruledOutput(meta, "none").output.name, "balanced");
  assert.deepEqual(ruledOutput(meta, "logit-adjustment"), {
    output: { name: "balanced-logit-adjustment", head: "balanced", rule: "logit-adjustment" },
    declared: false,
  });
});
