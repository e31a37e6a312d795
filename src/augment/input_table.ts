import * as tf from "@tensorflow/tfjs";
import type { PixelOperationInput } from "./randaugment.ts";

/** What the kernel PixelOperation takes for n images: int32 [n], float32 [n], int32 [n,6]. */
export interface PixelOperationInputs {
  readonly kind: tf.Tensor;
  readonly value: tf.Tensor;
  readonly coefficients: tf.Tensor;
}

/** Makes constants of kernel inputs; the result looks up those at indices [n]. */
export function inputTable(
  inputs: readonly PixelOperationInput[],
): (index: tf.Tensor1D) => PixelOperationInputs {
  const kinds = tf.tensor1d(inputs.map(({ kind }) => kind), "int32");
  const values = tf.tensor1d(inputs.map(({ value }) => value), "float32");
  const rows = inputs.flatMap(({ coefficients }) => [...coefficients]);
  const coefficients = tf.tensor2d(rows, [inputs.length, 6], "int32");
  return (index) => ({
    kind: tf.gather(kinds, index),
    value: tf.gather(values, index),
    coefficients: tf.gather(coefficients, index),
  });
}
