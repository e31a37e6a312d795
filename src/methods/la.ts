/** Logit adjustment of the labelled loss (Menon et al. 2021). */
import * as tf from "@tensorflow/tfjs";
import { logPrior } from "./class_order.ts";
import { withHooks } from "./extend.ts";
import type { LaParams } from "./la_params.ts";
import type { Method, MethodOptions } from "./method.ts";

/** Adds τ·log π to the base head's labelled logits. */
export function extend(base: Method, { params, context }: MethodOptions<LaParams>): Method {
  const shift = logPrior(context.labelledCounts).map((value) => params.la_tau * value);
  return {
    ...base,
    id: `${base.id}+la`,
    losses(inputs) {
      const labelled = (logits: tf.Tensor2D) => tf.add<tf.Tensor2D>(logits, tf.tensor1d(shift));
      return base.losses(withHooks(inputs, { labelled }));
    },
  };
}
