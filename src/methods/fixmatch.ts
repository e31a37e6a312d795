import * as tf from "@tensorflow/tfjs";
import { crossEntropy, hardRowLosses } from "./cross_entropy.ts";
import type { FixmatchParams } from "./fixmatch_params.ts";
import { type ConsistencyTargets, IDLE_HOST, type Method, type MethodOptions } from "./method.ts";
import { confidenceMask } from "./pseudo_labels.ts";

/**
 * FixMatch (Sohn et al. 2020; USB, semilearn/algorithms/fixmatch): hard labels of confident weak views teach the strong
 * views. L = mean CE(z(x), y) + λ_u · mean(m · CE(z(s), ŷ)), means over all rows, masked ones included. Plug-ins change
 * its parts through hooks.
 */
export function create({ params }: MethodOptions<FixmatchParams>): Method {
  return {
    id: "fixmatch",
    usesUnlabelled: true,
    consistency: { cutoff: params.p_cutoff, weight: params.lambda_u },
    heads: [],
    outputs: [{ name: "base", head: "base", rule: "none" }],
    primary: "base",
    controls: {},
    state: {},
    scalars: ["sup_loss", "unsup_loss", "util_ratio"],
    losses({ logits, labels, hooks = {} }) {
      const { labelled, weak, strong } = logits.base!;
      const rows = crossEntropy(hooks.labelled?.(labelled) ?? labelled, labels);
      const mean = tf.mean<tf.Scalar>(rows);
      const supervised = hooks.supervisedScale
        ? tf.mul<tf.Scalar>(mean, hooks.supervisedScale)
        : mean;
      const probabilities = tf.softmax(weak!);
      const plain: ConsistencyTargets = {
        probabilities,
        mask: confidenceMask(tf.max(probabilities, 1), params.p_cutoff),
        rowLosses: hardRowLosses,
      };
      const targets = hooks.targets?.(plain) ?? plain;
      const adjusted = hooks.strong?.(strong!) ?? strong!;
      const consistency = tf.mean<tf.Scalar>(
        tf.mul(targets.mask, targets.rowLosses(adjusted, targets.probabilities)),
      );
      return {
        total: tf.add(supervised, tf.mul(consistency, params.lambda_u)),
        scalars: {
          sup_loss: supervised,
          unsup_loss: consistency,
          util_ratio: tf.mean(targets.mask),
        },
        state: {},
      };
    },
    host: IDLE_HOST,
  };
}
