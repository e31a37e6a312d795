import type * as tf from "@tensorflow/tfjs";

/** Independent uniform values of [0, 1); each call draws from a stream of its own. */
export type Draw = (shape: readonly number[]) => tf.Tensor;
