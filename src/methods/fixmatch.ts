import * as tf from "@tensorflow/tfjs";
import { crossEntropy } from "./cross_entropy.ts";
import type { FixmatchParams } from "./fixmatch_params.ts";
import { IDLE_HOST, type Method, type MethodOptions } from "./method.ts";
import { confidenceMask, pseudoLabels } from "./pseudo_labels.ts";

/**
 * FixMatch (Sohn et al. 2020; USB, semilearn/algorithms/fixmatch): hard labels of confident weak views teach the strong
 * views. L = mean CE(z(x), y) + λ_u · mean(m · CE(z(s), ŷ)), means over all rows, masked ones included.
 */
export function create({ params }: MethodOptions<FixmatchParams>): Method {
  return {
    id: "fixmatch",
    usesUnlabelled: true,
    heads: [],
    outputs: [{ name: "base", head: "base", rule: "none" }],
    primary: "base",
    controls: {},
    state: {},
    scalars: ["sup_loss", "unsup_loss", "util_ratio"],
    losses({ logits, labels }) {
      const { labelled, weak, strong } = logits.base!;
      const supervised = tf.mean<tf.Scalar>(crossEntropy(labelled, labels));
      const pseudo = pseudoLabels(weak!);
      const mask = confidenceMask(pseudo.confidence, params.p_cutoff);
      const consistency = tf.mean<tf.Scalar>(
        tf.mul(mask, crossEntropy(strong!, pseudo.labels)),
      );
      return {
        total: tf.add(supervised, tf.mul(consistency, params.lambda_u)),
        scalars: { sup_loss: supervised, unsup_loss: consistency, util_ratio: tf.mean(mask) },
        state: {},
      };
    },
    host: IDLE_HOST,
  };
}
