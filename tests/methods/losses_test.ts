import * as tf from "@tensorflow/tfjs";
import { logPrior } from "../../src/methods/class_order.ts";
import {
  adjustedCrossEntropy,
  crossEntropy,
  softCrossEntropy,
} from "../../src/methods/cross_entropy.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { assertClose } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";
import { goldenEngineTest, runOn } from "./engines.ts";
import { assertRowGradients, assertSame, assertScalars, goldenLosses } from "./golden_losses.ts";
import { runLossesOn } from "./loss_run.ts";

goldenEngineTest(
  "adjustedCrossEntropy() golden: values and gradients for every τ",
  async (engine) => {
    const golden = await goldenLosses();
    const prior = logPrior(golden.facts.shared.counts);
    const { labels, logits } = golden.batch(0);
    const given: Record<string, Given> = {
      z: logits.labelled,
      labels: { ...labels, dtype: "int32" },
    };
    for (const name of ["ce", ...golden.cases(/la[\d.]+/)]) {
      const { tau = 0, mean } = golden.facts[name];
      const out = await runOn(engine, given, (t) => {
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
      check("perSample", golden.tensor(`${name}.per_sample`).data);
      check("mean", [mean]);
      check("grad", golden.tensor(`${name}.grad`).data);
    }
  },
);

goldenEngineTest("fixmatch golden: losses, mask, labels and gradients", async (engine) => {
  const golden = await goldenLosses();
  const { facts, context, base, tensor } = golden;
  const method = await createMethod("fixmatch", { params: base, context });
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

goldenEngineTest("softCrossEntropy() golden: masked mean and gradient", async (engine) => {
  const golden = await goldenLosses();
  const { weak, strong } = golden.batch(0).logits;
  const mask = golden.tensor("consistency_soft_ce.mask");
  const out = await runOn(engine, { weak, strong, mask }, (t) => {
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
