import type * as tf from "@tensorflow/tfjs";
import type { Initialiser } from "./initialise.ts";

/** A parameter of a network, named as in PyTorch's state dict; shapes as in the program: HWIO, [in, out]. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
  /** False where no gradient ever reaches it: no momentum, no update, but a moving average. Default true. */
  readonly trained?: boolean;
}

/** A running statistic of a BatchNorm layer: `<layer>.running_mean` starts at 0, `<layer>.running_var` at 1. */
export interface BufferSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: 0 | 1;
  /** Weight of a new batch where the layer has its own; default: the run's. */
  readonly momentum?: number;
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** What a training pass yields. */
export interface TrainingPass {
  /** [N,Q], pooled. */
  readonly features: tf.Tensor2D;
  /** With class-wise BatchNorm: [N,Q] of each branch; `features` is their mean. */
  readonly branches?: Readonly<Record<"H" | "M" | "T", tf.Tensor2D>>;
  /** Batch mean and unbiased batch variance of each BatchNorm layer, by the buffer's name. */
  readonly statistics: Tensors;
}

/** A backbone. The linear heads on its features are `heads.ts`; its own is called `classifier`. */
export interface Net {
  /** Q. */
  readonly features: number;
  /** The classifier's included. */
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  /** BatchNorm with statistics of this batch; x is [N,H,W,C]. */
  forwardTraining(x: tf.Tensor4D, parameters: Tensors): TrainingPass;
  /** BatchNorm with running statistics; returns features [N,Q]. */
  forwardInference(x: tf.Tensor4D, parameters: Tensors, buffers: Tensors): tf.Tensor2D;
}

/** The tensor of a name. Throws for a missing one, which is a bug of ours. */
export function tensorOf<T extends tf.Tensor>(tensors: Tensors, name: string): T {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`internal: no tensor "${name}"`);
  return tensor as T; // ranks follow from the specs, which TypeScript does not see
}
