import * as tf from "@tensorflow/tfjs";

/** Hard labels of weak views. */
export interface PseudoLabels {
  /** int32 [n]. */
  readonly labels: tf.Tensor1D;
  /** Largest probability, [n]. */
  readonly confidence: tf.Tensor1D;
}

/** argmax and max of softmax(logits). `logits` [n,K] must carry no gradient. */
export function pseudoLabels(logits: tf.Tensor2D): PseudoLabels {
  const probabilities = tf.softmax(logits);
  return { labels: tf.argMax(probabilities, 1), confidence: tf.max(probabilities, 1) };
}

/** 1 where the confidence reaches the threshold (one for all, or one a row), else 0: [n]. */
export function confidenceMask(
  confidence: tf.Tensor1D,
  threshold: number | tf.Tensor1D,
): tf.Tensor1D {
  return tf.cast(tf.greaterEqual(confidence, threshold), "float32");
}
