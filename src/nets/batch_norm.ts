import * as tf from "@tensorflow/tfjs";
import { batchNormTraining, stopGradient } from "../tensor/ops.ts";
import { type BufferSpec, type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

export interface BatchNormOptions {
  /** Layer name, such as `block1.layer.0.bn1`. */
  readonly name: string;
  readonly epsilon: number;
  /** Slope of the LeakyReLU that follows; none if absent. */
  readonly leakyAlpha?: number;
}

/** Weight and bias of a BatchNorm layer over `channels` channels. */
export function batchNormParameters(
  name: string,
  { channels, trained }: { readonly channels: number; readonly trained: boolean },
): ParameterSpec[] {
  const shape = [channels];
  return [
    { name: `${name}.weight`, shape, initialiser: { kind: "ones" }, trained },
    { name: `${name}.bias`, shape, initialiser: { kind: "zeros" }, trained },
  ];
}

/** Running statistics of a BatchNorm layer. */
export function batchNormBuffers(name: string, channels: number): BufferSpec[] {
  return [
    { name: `${name}.running_mean`, shape: [channels], initial: 0 },
    { name: `${name}.running_var`, shape: [channels], initial: 1 },
  ];
}

/** Collects batch statistics by buffer name while a training pass runs. */
export type Statistics = Record<string, tf.Tensor>;

/** BatchNorm with this batch's statistics, then LeakyReLU if there is one. x: [N,H,W,C]. Adds to `statistics`. */
export function normaliseTraining(
  x: tf.Tensor4D,
  parameters: Tensors,
  options: BatchNormOptions & { readonly statistics: Statistics },
): tf.Tensor4D {
  const { name, epsilon, leakyAlpha, statistics } = options;
  const { y, mean, variance } = batchNormTraining(
    x,
    {
      gamma: tensorOf<tf.Tensor1D>(parameters, `${name}.weight`),
      beta: tensorOf<tf.Tensor1D>(parameters, `${name}.bias`),
    },
    { epsilon, ...(leakyAlpha === undefined ? {} : { leakyAlpha }) },
  );
  // Kept, because they are made inside the gradient's scope and used after it.
  statistics[`${name}.running_mean`] = tf.keep(mean);
  statistics[`${name}.running_var`] = tf.keep(variance);
  return y;
}

/** Only the statistics of a layer whose output nobody uses. */
export function observeStatistics(
  x: tf.Tensor4D,
  parameters: Tensors,
  options: BatchNormOptions & { readonly statistics: Statistics },
): void {
  normaliseTraining(stopGradient(x), parameters, options);
}

/** BatchNorm with running statistics, then LeakyReLU if there is one. */
export function normaliseInference(
  x: tf.Tensor4D,
  { parameters, buffers }: { readonly parameters: Tensors; readonly buffers: Tensors },
  { name, epsilon, leakyAlpha }: BatchNormOptions,
): tf.Tensor4D {
  const mean = tensorOf<tf.Tensor1D>(buffers, `${name}.running_mean`);
  const variance = tensorOf<tf.Tensor1D>(buffers, `${name}.running_var`);
  const scale = tf.mul(
    tensorOf(parameters, `${name}.weight`),
    tf.rsqrt(tf.add(variance, epsilon)),
  );
  const shift = tf.sub(tensorOf(parameters, `${name}.bias`), tf.mul(mean, scale));
  const y = tf.add<tf.Tensor4D>(tf.mul(x, scale), shift);
  return leakyAlpha === undefined ? y : tf.leakyRelu(y, leakyAlpha);
}
