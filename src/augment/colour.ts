/** Blends of pixel values 0 … 255 with black, mean grey and grey. x: [n,H,W,3]; `factor`: [n,1,1,1]. */
import * as tf from "@tensorflow/tfjs";

export function brightness(x: tf.Tensor4D, factor: tf.Tensor4D): tf.Tensor4D {
  return clip(tf.mul(x, factor));
}

export function contrast(x: tf.Tensor4D, factor: tf.Tensor4D): tf.Tensor4D {
  return blend(tf.mean(grey(x), [1, 2, 3], true), x, factor);
}

export function color(x: tf.Tensor4D, factor: tf.Tensor4D): tf.Tensor4D {
  return blend(grey(x), x, factor);
}

/** Luma [n,H,W,1] with the weights of Pillow's conversion; the mean for other than three channels. */
function grey(x: tf.Tensor4D): tf.Tensor4D {
  if (x.shape[3] !== 3) return tf.mean(x, 3, true);
  const weights = tf.tensor1d([19595 / 65536, 38470 / 65536, 7471 / 65536]);
  return tf.sum(tf.mul(x, weights), 3, true);
}

function blend(from: tf.Tensor4D, to: tf.Tensor4D, factor: tf.Tensor4D): tf.Tensor4D {
  return clip(tf.add(from, tf.mul(factor, tf.sub(to, from))));
}

function clip(x: tf.Tensor): tf.Tensor4D {
  return tf.clipByValue(x, 0, 255) as tf.Tensor4D;
}
