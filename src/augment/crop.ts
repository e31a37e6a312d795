import * as tf from "@tensorflow/tfjs";

/** Indices above this are not exact in float32. */
const EXACT_LIMIT = 2 ** 24;

/** Where windows lie, and what is outside the images. */
export interface CropOptions {
  /** [n]: whole numbers from 0 to 2·padding. */
  readonly top: tf.Tensor1D;
  readonly left: tf.Tensor1D;
  /** Pixels, below H and W. */
  readonly padding: number;
  /** Default `reflect`. */
  readonly border?: "reflect" | "zero";
  /** bool [n]: windows to be mirrored left to right; none if absent. */
  readonly mirrored?: tf.Tensor1D;
}

/** Windows of the original size out of padded images. x: [n,H,W,C]. */
export function cropAt(x: tf.Tensor4D, options: CropOptions): tf.Tensor4D {
  const { top, left, padding, border = "reflect", mirrored } = options;
  const [n, height, width, channels] = x.shape;
  const count = n * height * width;
  if (count >= EXACT_LIMIT) {
    throw new RangeError(`Expected below ${EXACT_LIMIT} pixels in a batch, found [${x.shape}]`);
  }
  const rows = tf.add(top.reshape([n, 1]), tf.range(-padding, height - padding)); // [n,H]
  const forward = tf.range(-padding, width - padding);
  const across = mirrored === undefined
    ? forward
    : tf.where(mirrored.reshape([n, 1]), tf.reverse(forward), forward);
  const columns = tf.add(left.reshape([n, 1]), across); // [n,W]
  const first = tf.range(0, n, 1, "float32").mul(height * width).reshape([n, 1]);
  const index = (row: tf.Tensor, column: tf.Tensor) =>
    tf.add(
      tf.add(first, tf.mul(row, width)).reshape([n, height, 1]),
      column.reshape([n, 1, width]),
    );
  const pixels = x.reshape([count, channels]);
  const pick = (from: tf.Tensor, indices: tf.Tensor) =>
    tf.gather(from, tf.cast(indices, "int32").flatten() as tf.Tensor1D).reshape(x.shape);
  if (border === "reflect") {
    return pick(pixels, index(reflected(rows, height), reflected(columns, width))) as tf.Tensor4D;
  }
  const inside = tf.logicalAnd(
    within(rows, height).reshape([n, height, 1]),
    within(columns, width).reshape([n, 1, width]),
  );
  const black = tf.concat([pixels, tf.zeros([1, channels])]);
  return pick(black, tf.where(inside, index(rows, columns), tf.scalar(count))) as tf.Tensor4D;
}

/** Positions reflected at 0, then at the last one. */
function reflected(position: tf.Tensor, size: number): tf.Tensor {
  const last = size - 1;
  return tf.sub(last, tf.abs(tf.sub(last, tf.abs(position))));
}

function within(position: tf.Tensor, size: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(position, 0), tf.less(position, size));
}
