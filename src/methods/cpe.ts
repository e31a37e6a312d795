/** CPE (Ma et al., AAAI 2024): three heads for three unlabelled distributions, on class-wise BatchNorm. */
import * as tf from "@tensorflow/tfjs";
import { classRanks, logPrior } from "./class_order.ts";
import type { CpeParams } from "./cpe_params.ts";
import { adjustedCrossEntropy, crossEntropy, lookUp } from "./cross_entropy.ts";
import type { Branch, HeadLogits, LossInputs, Method, MethodOptions } from "./method.ts";
import { confidenceMask, pseudoLabels } from "./pseudo_labels.ts";

/** Replaces the base algorithm's losses by those of three heads. */
export function extend(base: Method, { params, context }: MethodOptions<CpeParams>): Method {
  const { classes, labelledCounts } = context;
  const { cutoff, weight } = base.consistency!;
  const prior = logPrior(labelledCounts);
  const ranks = classRanks(labelledCounts);
  const [cut1, cut2] = cuts(params, classes);
  /** Which classes train a branch, [K]. */
  const admits: Record<Branch, number[]> = {
    H: ranks.map(() => 1),
    M: ranks.map((rank) => rank >= cut1 ? 1 : 0),
    T: ranks.map((rank) => rank >= cut2 ? 1 : 0),
  };
  const heads = [
    { head: "base", tau: params.tau_1, prefix: "" },
    { head: "cpe2", tau: params.tau_2, prefix: "cpe2_" },
    { head: "cpe3", tau: params.tau_3, prefix: "cpe3_" },
  ];

  function headLosses({ head, tau }: { head: string; tau: number }, inputs: LossInputs) {
    const { labelled, weak, branches } = inputs.logits[head] as Required<HeadLogits>;
    const supervised = tf.mean<tf.Scalar>(
      adjustedCrossEntropy(labelled, inputs.labels, { tau, logPrior: prior }),
    );
    const pseudo = pseudoLabels(weak);
    const mask = confidenceMask(pseudo.confidence, cutoff);
    let losses: tf.Scalar = tf.scalar(0);
    let terms: tf.Scalar = tf.scalar(1e-12);
    for (const branch of ["H", "M", "T"] as const) {
      const used = tf.mul(mask, lookUp(tf.tensor1d(admits[branch]), pseudo.labels));
      losses = tf.add(losses, tf.sum(tf.mul(used, crossEntropy(branches[branch], pseudo.labels))));
      terms = tf.add(terms, tf.sum(used));
    }
    return {
      supervised,
      consistency: tf.div<tf.Scalar>(losses, terms),
      used: tf.mean<tf.Scalar>(mask),
    };
  }

  return {
    ...base,
    id: `${base.id}+cpe`,
    needs: { ...base.needs, branches: true },
    heads: [...base.heads, "cpe2", "cpe3"],
    outputs: [
      ...base.outputs,
      { name: "cpe2", head: "cpe2", rule: "none" },
      { name: "cpe3", head: "cpe3", rule: "none" },
    ],
    primary: "cpe2",
    scalars: heads.flatMap(({ prefix }) =>
      ["sup_loss", "unsup_loss", "util_ratio"].map((name) => prefix + name)
    ),
    losses(inputs) {
      let total: tf.Scalar | undefined;
      const scalars: Record<string, tf.Scalar> = {};
      for (const { prefix, ...each } of heads) {
        const { supervised, consistency, used } = headLosses(each, inputs);
        const both = tf.add<tf.Scalar>(supervised, tf.mul(consistency, weight));
        total = total ? tf.add(total, both) : both;
        scalars[`${prefix}sup_loss`] = supervised;
        scalars[`${prefix}unsup_loss`] = consistency;
        scalars[`${prefix}util_ratio`] = used;
      }
      return { total: total!, scalars, state: {} };
    },
  };
}

function cuts({ cut_1, cut_2 }: CpeParams, classes: number): [number, number] {
  const known: Readonly<Record<number, readonly [number, number]>> = { 10: [2, 4], 100: [35, 70] };
  const [first, second] = known[classes] ??
    [Math.round(classes / 3), Math.round((2 * classes) / 3)];
  return [cut_1 === "auto" ? first : cut_1, cut_2 === "auto" ? second : cut_2];
}
