import * as tf from "@tensorflow/tfjs";

/** Pixel values 0 … 255 to (x/255 − mean)/std by channel; mean and std are fractions of the full scale. */
export function normalise(
  x: tf.Tensor4D,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  // Whole rows, so that engines work on long vectors.
  const row = (values: readonly number[]) =>
    tf.tensor1d(Array.from({ length: width * channels }, (_, i) => values[i % channels] ?? 0));
  const fraction = tf.div(x.reshape([n * height, width * channels]), 255);
  return tf.div(tf.sub(fraction, row(mean)), row(std)).reshape(x.shape);
}
