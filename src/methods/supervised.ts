import * as tf from "@tensorflow/tfjs";
import { crossEntropy } from "./cross_entropy.ts";
import { IDLE_HOST, type Method } from "./method.ts";

/** Cross entropy on the labelled images alone. */
export function create(): Method {
  return {
    id: "supervised",
    usesUnlabelled: false,
    heads: [],
    outputs: [{ name: "base", head: "base", rule: "none" }],
    primary: "base",
    controls: {},
    state: {},
    scalars: ["sup_loss"],
    losses({ logits, labels }) {
      const total = tf.mean<tf.Scalar>(crossEntropy(logits.base!.labelled, labels));
      return { total, scalars: { sup_loss: total }, state: {} };
    },
    host: IDLE_HOST,
  };
}
