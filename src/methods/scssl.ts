/**
 * SC-SSL (Tian, Wei, Zhang, AAAI 2026) on top of a base algorithm: a balanced and an expansive linear head, each with an
 * adjusted supervised loss (eq. 6), its own pseudo-labels (eq. 7) and class-wise thresholds (eqs. 8-10); evaluated by the
 * balanced head without its bias (eq. 5).
 */
import * as tf from "@tensorflow/tfjs";
import { logPrior } from "./class_order.ts";
import { adjustedCrossEntropy, crossEntropy, lookUp } from "./cross_entropy.ts";
import type {
  HeadLogits,
  LossInputs,
  Method,
  MethodOptions,
  NamedTensor,
  Output,
} from "./method.ts";
import { confidenceMask, pseudoLabels } from "./pseudo_labels.ts";
import { fallsInProgram, scsslHeads, scsslHost } from "./scssl_host.ts";
import type { ScsslParams } from "./scssl_params.ts";
import type { ThresholdHead } from "./scssl_thresholds.ts";

const OUTPUTS: readonly Output[] = [
  { name: "balanced", head: "balanced", rule: "none" },
  { name: "balanced-no-bias", head: "balanced", rule: "remove-bias" },
  { name: "expansive", head: "expansive", rule: "none" },
];

/** Adds SC-SSL to a base algorithm. */
export function extend(base: Method, options: MethodOptions<ScsslParams>): Method {
  const { params, context } = options;
  const { classes } = context;
  const heads = scsslHeads(params);
  const inProgram = fallsInProgram(params);
  const prior = logPrior(context.labelledCounts);
  const host = scsslHost(base.host, options);
  const controls: Record<string, NamedTensor> = {};
  for (const [name, initial] of Object.entries(host.controls())) {
    controls[name] = base.controls[name] ?? { shape: [classes], initial };
  }

  function threshold(head: ThresholdHead, { controls, state }: LossInputs): tf.Tensor1D {
    const start = controls[`threshold_${head}`] as tf.Tensor1D;
    if (!inProgram) return start;
    const fallen = tf.sub<tf.Tensor1D>(start, tf.mul(state.scssl_falls!, params.alpha));
    return tf.maximum(controls[`floor_${head}`]!, fallen);
  }

  /** Eq. 8: moving classes whose bias exceeds ν fall once more, from the next step on. */
  function nextState({ controls, state, biases }: LossInputs): Record<string, tf.Tensor> {
    if (!inProgram) return {};
    const exceeds = tf.cast(tf.greater(biases.balanced!, params.nu), "float32");
    return { scssl_falls: tf.add(state.scssl_falls!, tf.mul(controls.moving!, exceeds)) };
  }

  function headLosses(head: ThresholdHead, inputs: LossInputs) {
    const { labelled, weak, strong } = inputs.logits[head] as Required<HeadLogits>;
    const tau = head === "balanced" ? params.tau_b : params.tau_e!;
    const supervised = tf.mean<tf.Scalar>(
      adjustedCrossEntropy(labelled, inputs.labels, { tau, logPrior: prior }), // Eq. 6
    );
    const pseudo = pseudoLabels(weak);
    const limit = lookUp(threshold(head, inputs), pseudo.labels);
    const mask = confidenceMask(pseudo.confidence, limit);
    const weight = lookUp(inputs.controls.class_weights as tf.Tensor1D, pseudo.labels);
    const consistency = tf.mean<tf.Scalar>( // Eq. 7
      tf.mul(tf.mul(weight, mask), crossEntropy(strong, pseudo.labels)),
    );
    return { supervised, consistency, used: tf.mean<tf.Scalar>(mask) };
  }

  return {
    ...base,
    id: `${base.id}+scssl`,
    heads: [...base.heads, ...heads],
    outputs: [
      ...base.outputs,
      ...OUTPUTS.filter(({ head }) => (heads as readonly string[]).includes(head)),
    ],
    primary: "balanced-no-bias",
    controls: { ...base.controls, ...controls },
    state: inProgram
      ? { ...base.state, scssl_falls: { shape: [classes], initial: new Float32Array(classes) } }
      : base.state,
    scalars: [
      ...base.scalars,
      ...heads.flatMap((head) => [
        `${head}_sup_loss`,
        `${head}_unsup_loss`,
        `${head}_util_ratio`,
      ]),
    ],
    losses(inputs) {
      const basic = base.losses(inputs);
      let total = basic.total;
      const scalars: Record<string, tf.Scalar> = { ...basic.scalars };
      for (const head of heads) { // Eq. 11
        const { supervised, consistency, used } = headLosses(head, inputs);
        total = tf.add(total, tf.add(supervised, tf.mul(consistency, params.lambda_heads)));
        scalars[`${head}_sup_loss`] = supervised;
        scalars[`${head}_unsup_loss`] = consistency;
        scalars[`${head}_util_ratio`] = used;
      }
      return { total, scalars, state: { ...basic.state, ...nextState(inputs) } };
    },
    host,
  };
}
