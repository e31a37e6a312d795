import * as tf from "@tensorflow/tfjs";

export interface SgdOptions {
  readonly momentum: number;
  /** Of the parameters that `decays` names. */
  readonly weightDecay: number;
  /** []. */
  readonly learningRate: tf.Scalar;
}

/**
 * Whether a parameter is decayed: not if it has at most one axis or its name ends in `.bias`.
 * Source: USB, semilearn/nets/utils.py, param_groups_weight_decay.
 */
export function decays(name: string, shape: readonly number[]): boolean {
  return shape.length > 1 && !name.endsWith(".bias");
}

/** A parameter with its gradient and momentum, all of one shape. */
export interface Slot {
  readonly name: string;
  readonly parameter: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly momentum: tf.Tensor;
}

/**
 * One step of SGD with Nesterov momentum as PyTorch has it: the decay joins the gradient, the momentum buffer starts at
 * zero without dampening, p ← p − lr·(g + m·buffer).
 */
export function nesterovStep(
  { name, parameter, gradient, momentum }: Slot,
  options: SgdOptions,
): { parameter: tf.Tensor; momentum: tf.Tensor } {
  const decayed = decays(name, parameter.shape) && options.weightDecay !== 0
    ? tf.add(gradient, tf.mul(parameter, options.weightDecay))
    : gradient;
  const buffer = tf.add(tf.mul(momentum, options.momentum), decayed);
  const direction = tf.add(decayed, tf.mul(buffer, options.momentum));
  return {
    parameter: tf.sub(parameter, tf.mul(direction, options.learningRate)),
    momentum: buffer,
  };
}
