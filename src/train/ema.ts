import * as tf from "@tensorflow/tfjs";

/**
 * decay·average + (1 − decay)·value. With the decay of the parameters' moving average (buffers are not averaged: USB
 * copies them live), and with 1 − momentum for BatchNorm's running statistics.
 */
export function movingAverage(
  average: tf.Tensor,
  value: tf.Tensor,
  { decay }: { readonly decay: number },
): tf.Tensor {
  return tf.add(tf.mul(average, decay), tf.mul(value, 1 - decay));
}
