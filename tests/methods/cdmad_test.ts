import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { assertClose, goldenTest } from "../golden.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { calibrate } from "../../src/train/calibration.ts";
import { runRecorded } from "../run_recorded.ts";
import { goldenLosses } from "./golden_losses.ts";
import { runLossesOn, type Values } from "./loss_run.ts";
import { goldenEngineTest } from "./engines.ts";

/** Rows of both, one after the other. */
function stacked(first: Values, second: Values): Values {
  return {
    shape: [first.shape[0]! + second.shape[0]!, ...first.shape.slice(1)],
    data: [...Array.from(first.data), ...Array.from(second.data)],
  };
}

for (const variant of ["epoch100.tau0.0", "epoch101.tau0.0", "epoch101.tau0.9"]) {
  goldenEngineTest(`cdmad golden: losses, mask and gradients, ${variant}`, async (engine) => {
    const golden = await goldenLosses();
    const { tensor } = golden;
    const name = `cdmad.${variant}`;
    const { Lx, Lu } = golden.facts[name];
    const [, epoch, tau] = /epoch(\d+)\.tau(.*)$/.exec(variant)!;
    const method = await createMethod("fixmatch+cdmad", {
      params: {
        cdmad_cutoff: Number(tau),
        debias_from_epoch: golden.facts.cdmad.debias_start + 1,
      },
      context: golden.context,
    });
    const batch = golden.batch(golden.facts.cdmad.in_batch);
    const { labelled, weak, strong } = batch.logits;
    const classes = golden.context.classes;
    const step = method.host.stepInputs!({
      step: Number(epoch),
      steps: 500,
      epochSteps: 1,
      seed: 0,
      labelledBatch: 1,
      labelledCount: 1,
      unlabelledCount: 1,
      unlabelled: new Int32Array(1),
    });
    const out = await runLossesOn(engine, method, {
      labels: batch.labels,
      // Both strong views as one batch with twice the weak rows: the same mean.
      logits: {
        labelled,
        weak: stacked(weak, weak),
        strong: stacked(strong, tensor("cdmad.logits_s1")),
      },
      blank: { shape: [classes], data: tensor("cdmad.z0").data },
      step,
    });
    assertClose(out.sup_loss!, [Lx], { tolerance: 1e-4, what: "Lx" });
    assertClose(out.unsup_loss!, [Lu], { tolerance: 1e-4, what: "Lu" });
    const mask = tensor(`${name}.mask`).data;
    const share = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    assertClose(out.util_ratio!, [share], { tolerance: 1e-6, what: "mask" });
    const grad = (of: string) => tensor(`${name}.grad_${of}`);
    assertClose(out["grad.labelled"]!, grad("lb").data, { tolerance: 1e-3, what: "labelled" });
    const both = stacked(grad("s0"), grad("s1")).data;
    assertClose(out["grad.strong"]!, both, { tolerance: 1e-3, what: "strong" });
  });
}

goldenTest("cdmad golden: pseudo-probabilities and prediction", async () => {
  const golden = await goldenLosses();
  const { labelled, weak } = golden.batch(golden.facts.cdmad.in_batch).logits;
  const z0 = golden.tensor("cdmad.z0").data;
  const { q } = runRecorded({ weak, z0: { shape: [z0.length], data: z0 } }, (t) => ({
    q: tf.softmax(tf.sub(t.weak!, t.z0!)),
  }));
  const expected = golden.tensor("cdmad.epoch101.tau0.0.q").data;
  assertClose(q!, expected, { tolerance: 1e-4, what: "q" });
  const debiased = calibrate("blank-image", Float32Array.from(labelled.data), { blank: z0 });
  const classes = z0.length;
  const predicted = Array.from({ length: debiased.length / classes }, (_, i) => {
    const row = [...debiased.subarray(i * classes, (i + 1) * classes)];
    return row.indexOf(Math.max(...row));
  });
  deepStrictEqual(predicted, golden.facts.cdmad.prediction);
});

Deno.test("cdmad with abc predicts by the debiased head of abc", async () => {
  const context = { classes: 2, labelledCounts: [2, 1] };
  const method = await createMethod("fixmatch+cdmad+abc", { params: {}, context });
  strictEqual(method.primary, "abc-blank-image");
  deepStrictEqual(method.outputs.at(-1), {
    name: "abc-blank-image",
    head: "abc",
    rule: "blank-image",
  });
});
