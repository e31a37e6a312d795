import * as tf from "@tensorflow/tfjs";

/** CE(logits, labels) of each row: [n,K], int32 [n] → [n]. */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const target = oneHot(labels, logits.shape[1]);
  return tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1));
}

/** Balanced-softmax cross entropy of each row: CE(logits + τ·log π, labels). SC-SSL eq. 6. */
export function adjustedCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  { tau, logPrior }: { readonly tau: number; readonly logPrior: readonly number[] },
): tf.Tensor1D {
  if (tau === 0) return crossEntropy(logits, labels);
  const shift = tf.tensor1d(logPrior.map((value) => tau * value));
  return crossEntropy(tf.add(logits, shift), labels);
}

/** The entry of `table` [K] for each class: int32 [n] → [n]. */
export function lookUp(table: tf.Tensor1D, classes: tf.Tensor1D): tf.Tensor1D {
  return tf.sum(tf.mul(oneHot(classes, table.shape[0]), table), 1);
}

function oneHot(classes: tf.Tensor1D, depth: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(classes, depth), "float32") as tf.Tensor2D;
}

/** CE(logits, target) of each row for target distributions: [n,K], [n,K] → [n]. */
export function softCrossEntropy(logits: tf.Tensor2D, target: tf.Tensor2D): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1));
}

/** CE(logits, argmax of the probabilities) of each row: [n,K], [n,K] → [n]. */
export function hardRowLosses(logits: tf.Tensor2D, probabilities: tf.Tensor2D): tf.Tensor1D {
  return crossEntropy(logits, tf.argMax(probabilities, 1));
}
