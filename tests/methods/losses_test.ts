import * as tf from "@tensorflow/tfjs";
import { logPrior } from "../../src/methods/class_order.ts";
import {
  adjustedCrossEntropy,
  crossEntropy,
  softCrossEntropy,
} from "../../src/methods/cross_entropy.ts";
import { createMethod } from "../../src/methods/registry.ts";
import {
  assertClose,
  goldenJson,
  type GoldenTensor,
  goldenTensors,
  goldenTest,
} from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";
import { goldenEngineTest } from "./engines.ts";
import { assertRowGradients, assertSame, assertScalars, goldenLosses } from "./golden_losses.ts";
import { runLossesOn } from "./loss_run.ts";

interface Facts {
  readonly shared: { readonly counts: number[] };
  readonly ce: { readonly mean: number };
  readonly la1: { readonly tau: number; readonly mean: number };
  readonly la2: { readonly tau: number; readonly mean: number };
  readonly la4: { readonly tau: number; readonly mean: number };
}

function batch(golden: ReadonlyMap<string, GoldenTensor>): Record<string, Given> {
  return {
    labelled: golden.get("in0.logits_lb")!,
    labels: { ...golden.get("in0.y_lb")!, dtype: "int32" },
  };
}

goldenTest("adjustedCrossEntropy() golden: values and gradients for τ = 0, 1, 2, 4", async () => {
  const golden = await goldenTensors("losses.safetensors");
  const facts = await goldenJson<Facts>("losses.json");
  const prior = logPrior(facts.shared.counts);
  const { labelled, labels } = batch(golden);
  for (const [name, tau] of [["ce", 0], ["la1", 1], ["la2", 2], ["la4", 4]] as const) {
    const out = runRecorded({ z: labelled!, labels: labels! }, (t) => {
      const loss = (z: tf.Tensor) =>
        adjustedCrossEntropy(z as tf.Tensor2D, t.labels as tf.Tensor1D, { tau, logPrior: prior });
      return {
        perSample: loss(t.z!),
        mean: tf.mean(loss(t.z!)),
        grad: tf.grad((z) => tf.mean(loss(z)))(t.z!),
      };
    });
    const check = (key: string, expected: ArrayLike<number>) =>
      assertClose(out[key]!, expected, { tolerance: 1e-4, what: `${name} ${key}` });
    check("perSample", golden.get(`${name}.per_sample`)!.data);
    check("mean", [facts[name].mean]);
    check("grad", golden.get(`${name}.grad`)!.data);
  }
});

goldenEngineTest("fixmatch golden: losses, mask, labels and gradients", async (engine) => {
  const golden = await goldenLosses();
  const { facts, context, tensor } = golden;
  const method = await createMethod("fixmatch", {
    params: { p_cutoff: facts.shared.p_cutoff, lambda_u: facts.shared.lambda_u },
    context,
  });
  const out = await runLossesOn(engine, method, golden.batch(0));
  assertScalars(out, facts.fixmatch, {
    total: "total_loss",
    sup_loss: "sup_loss",
    unsup_loss: "unsup_loss",
    util_ratio: "util_ratio",
  });
  assertSame(out["targets.mask"]!, tensor("fixmatch.mask"), "mask");
  assertSame(out["targets.labels"]!, tensor("fixmatch.pseudo_label"), "labels");
  assertRowGradients(out, golden, "fixmatch");
});

goldenTest("softCrossEntropy() golden: masked mean and gradient", async () => {
  const golden = await goldenLosses();
  const { weak, strong } = golden.batch(0).logits;
  const mask = golden.tensor("consistency_soft_ce.mask");
  const out = runRecorded({ weak, strong, mask }, (t) => {
    const target = tf.softmax(t.weak as tf.Tensor2D);
    const loss = (z: tf.Tensor) =>
      tf.mean<tf.Scalar>(tf.mul(t.mask!, softCrossEntropy(z as tf.Tensor2D, target)));
    return { mean: loss(t.strong!), grad: tf.grad(loss)(t.strong!) };
  });
  const { mean } = golden.facts.consistency_soft_ce;
  assertClose(out.mean!, [mean], { tolerance: 1e-4, what: "mean" });
  const expected = golden.tensor("consistency_soft_ce.grad").data;
  assertClose(out.grad!, expected, { tolerance: 1e-3, what: "gradient" });
});

Deno.test("crossEntropy() does not move when all logits shift, for two classes as well", () => {
  const z = { shape: [3, 2], data: [1, 2, -3, 0.5, 40, -40] };
  const labels = { shape: [3], data: [0, 1, 1], dtype: "int32" } as const;
  const out = runRecorded({ z, labels }, (t) => ({
    plain: crossEntropy(t.z as tf.Tensor2D, t.labels as tf.Tensor1D),
    shifted: crossEntropy(tf.add(t.z as tf.Tensor2D, 7), t.labels as tf.Tensor1D),
  }));
  assertClose(out.plain!, [Math.log(1 + Math.E), Math.log(1 + Math.exp(-3.5)), 80], {
    tolerance: 1e-12,
    what: "loss",
  });
  assertClose(out.shifted!, out.plain!, { tolerance: 1e-12, what: "shifted loss" });
});
