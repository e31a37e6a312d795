/** DASO's queues of labelled features, one a class, inside the program. */
import * as tf from "@tensorflow/tfjs";

/** Queues of `length` places for each of K classes. */
export interface Queue {
  /** [K·length,Q]; places that were never filled are zero. */
  readonly bank: tf.Tensor2D;
  /** [K]: filled places of each class, and the place of the next feature. */
  readonly filled: tf.Tensor1D;
  readonly next: tf.Tensor1D;
}

/** Queues after features [n,Q] of classes int32 [n] came in; of more than fit the last ones stay. */
export function enqueue(
  { bank, filled, next }: Queue,
  { features, labels, length }: {
    readonly features: tf.Tensor2D;
    readonly labels: tf.Tensor1D;
    readonly length: number;
  },
): Queue {
  const rows = labels.shape[0];
  const classes = filled.shape[0];
  const member = tf.cast(tf.oneHot(labels, classes), "float32") as tf.Tensor2D; // [n,K]
  const earlier = tf.tensor2d(
    Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => j < i ? 1 : 0)),
  );
  const ofRow = (table: tf.Tensor1D) => tf.sum<tf.Tensor1D>(tf.mul(member, table), 1);
  const sameClass = tf.matMul(member, member, false, true);
  const order = tf.sum<tf.Tensor1D>(tf.mul(sameClass, earlier), 1); // within the row's class
  const arrived = tf.sum<tf.Tensor1D>(member, 0);
  const stays = tf.cast(
    tf.greaterEqual(order, tf.sub(ofRow(arrived), length)),
    "float32",
  ) as tf.Tensor1D;
  const wrap = (x: tf.Tensor1D) =>
    tf.sub<tf.Tensor1D>(x, tf.mul(tf.floor(tf.div(tf.add(x, 0.5), length)), length));
  const place = wrap(tf.add(ofRow(next), order));
  const at = tf.add(tf.mul(tf.cast(labels, "float32"), length), place);
  const writes = tf.mul<tf.Tensor2D>(
    tf.cast(tf.oneHot(tf.cast(at, "int32") as tf.Tensor1D, classes * length), "float32"),
    tf.expandDims(stays, 1),
  ); // [n,K·length]
  const kept = tf.expandDims(tf.sub(1, tf.sum(writes, 0)), 1);
  return {
    bank: tf.add(tf.mul(bank, kept), tf.matMul(writes, features, true, false)),
    filled: tf.minimum(tf.add(filled, arrived), length),
    next: wrap(tf.add(next, arrived)),
  };
}

/** Mean of each class's features: [K,Q]; zero for a class without any. */
export function prototypes({ bank, filled }: Queue): tf.Tensor2D {
  const [classes, features] = [filled.shape[0], bank.shape[1]];
  const sums = tf.sum<tf.Tensor2D>(tf.reshape(bank, [classes, -1, features]), 1);
  return tf.div(sums, tf.expandDims(tf.maximum(filled, 1), 1));
}

/** Cosine of every row of x [n,Q] with every row of y [K,Q]: [n,K]; 0 for a zero row. */
export function cosines(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(unit(x), unit(y), false, true);
}

function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-16)));
}
