import * as tf from "@tensorflow/tfjs";

/** Pixel values 0 … 255 to (x/255 − mean)/std by channel; mean and std are fractions of the full scale. */
export function normalise(
  x: tf.Tensor4D,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): tf.Tensor4D {
  const fraction = tf.div(x, 255);
  return tf.div(tf.sub(fraction, tf.tensor1d([...mean])), tf.tensor1d([...std]));
}
