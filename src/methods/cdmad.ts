/** CDMAD (Lee, Kim, CVPR 2024): logits of a blank image measure the classifier's bias and are taken away. */
import * as tf from "@tensorflow/tfjs";
import type { CdmadParams } from "./cdmad_params.ts";
import { epochOf } from "./epoch.ts";
import { flag, stackHosts, withHooks } from "./extend.ts";
import type { ConsistencyTargets, Method, MethodOptions } from "./method.ts";
import { confidenceMask } from "./pseudo_labels.ts";

const EPSILON = 1e-8;

/** Refines the base algorithm's pseudo-probabilities and predicts without the blank image's logits. */
export function extend(base: Method, { params }: MethodOptions<CdmadParams>): Method {
  return {
    ...base,
    id: `${base.id}+cdmad`,
    needs: { ...base.needs, blank: true },
    outputs: [...base.outputs, { name: "base-blank-image", head: "base", rule: "blank-image" }],
    primary: "base-blank-image",
    stepInputs: { ...base.stepInputs, cdmad_active: { shape: [] } },
    losses(inputs) {
      const bias = tf.mul(inputs.blank!.base!, inputs.step!.cdmad_active!);
      const probabilities = tf.softmax(tf.sub<tf.Tensor2D>(inputs.logits.base!.weak!, bias));
      const targets = (): ConsistencyTargets => ({
        probabilities,
        mask: confidenceMask(tf.max(probabilities, 1), params.cdmad_cutoff),
        rowLosses: smoothedCrossEntropy,
      });
      return base.losses(withHooks(inputs, { targets }));
    },
    host: stackHosts(base.host, {
      stepInputs: (info) => ({
        cdmad_active: flag(epochOf(info) >= params.debias_from_epoch),
      }),
    }),
  };
}

/** −Σ target·log(softmax(logits) + ε) of each row. */
function smoothedCrossEntropy(logits: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor1D {
  const log = tf.log(tf.add(tf.softmax(logits), EPSILON));
  return tf.neg(tf.sum(tf.mul(target, log), 1));
}
