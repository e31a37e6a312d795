import * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert/strict";
import { logPrior } from "../../src/methods/class_order.ts";
import { adjustedCrossEntropy, crossEntropy } from "../../src/methods/cross_entropy.ts";
import { createMethod } from "../../src/methods/registry.ts";
import { stopGradient } from "../../src/tensor/ops.ts";
import {
  assertClose,
  goldenJson,
  type GoldenTensor,
  goldenTensors,
  goldenTest,
} from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

interface Facts {
  readonly shared: { readonly counts: number[]; readonly p_cutoff: number };
  readonly fixmatch: Record<"sup_loss" | "unsup_loss" | "total_loss" | "util_ratio", number>;
  readonly ce: { readonly mean: number };
  readonly la1: { readonly tau: number; readonly mean: number };
  readonly la2: { readonly tau: number; readonly mean: number };
  readonly la4: { readonly tau: number; readonly mean: number };
}

function batch(golden: ReadonlyMap<string, GoldenTensor>): Record<string, Given> {
  return {
    labelled: golden.get("in0.logits_lb")!,
    weak: golden.get("in0.logits_w")!,
    strong: golden.get("in0.logits_s")!,
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

goldenTest("fixmatch golden: losses, mask ratio and gradients", async () => {
  const golden = await goldenTensors("losses.safetensors");
  const facts = await goldenJson<Facts>("losses.json");
  const context = { classes: 10, labelledCounts: facts.shared.counts };
  const method = await createMethod("fixmatch", {
    params: { p_cutoff: facts.shared.p_cutoff },
    context,
  });
  const out = runRecorded(batch(golden), (t) => {
    const result: Record<string, tf.Tensor> = {};
    const [lb, w, s] = tf.grads((labelled, weak, strong) => {
      const { total, scalars } = method.losses({
        logits: {
          base: {
            labelled: labelled as tf.Tensor2D,
            weak: stopGradient(weak as tf.Tensor2D),
            strong: strong as tf.Tensor2D,
          },
        },
        labels: t.labels as tf.Tensor1D,
        controls: {},
        state: {},
        biases: {},
      });
      Object.assign(result, scalars, { total_loss: total });
      Object.values(result).forEach(tf.keep);
      return tf.add(total, tf.mul(tf.sum(weak!), 0)); // so that the weak rows are on the tape
    })([t.labelled!, t.weak!, t.strong!]);
    return { ...result, lb: lb!, w: w!, s: s! };
  });
  for (const [name, value] of Object.entries(facts.fixmatch)) {
    if (out[name] !== undefined) {
      assertClose(out[name], [value], { tolerance: 1e-4, what: name });
    }
  }
  const logitsOf = ({ shape: [rows = 0, columns = 0], data }: GoldenTensor) =>
    Float32Array.from(
      { length: rows * 10 },
      (_, i) => data[Math.floor(i / 10) * columns + i % 10]!,
    );
  for (const [name, key] of [["lb", "grad_lb"], ["s", "grad_s"]] as const) {
    const expected = logitsOf(golden.get(`fixmatch.${key}`)!);
    assertClose(out[name]!, expected, { tolerance: 1e-3, what: key });
  }
  ok(out.w!.every((value) => value === 0));
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
