import * as tf from "@tensorflow/tfjs";

/** Indices above this are not exact in float32. */
const EXACT_LIMIT = 2 ** 24;

/**
 * Windows of the original size out of reflect-padded images. x: [n,H,W,C]; `top`, `left`: [n], whole numbers from 0 to
 * 2·padding; `padding` in pixels, below H and W.
 */
export function cropAt(
  x: tf.Tensor4D,
  { top, left, padding }: {
    readonly top: tf.Tensor1D;
    readonly left: tf.Tensor1D;
    readonly padding: number;
  },
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  if (n * height * width > EXACT_LIMIT) {
    throw new RangeError(`Expected at most ${EXACT_LIMIT} pixels in a batch, found [${x.shape}]`);
  }
  const row = source(top, { size: height, padding }).reshape([n, height, 1]);
  const column = source(left, { size: width, padding }).reshape([n, 1, width]);
  const image = tf.range(0, n, 1, "float32").mul(height * width).reshape([n, 1, 1]);
  const index = tf.cast(tf.add(image, tf.add(tf.mul(row, width), column)), "int32");
  const pixels = tf.gather(x.reshape([n * height * width, channels]), index.flatten());
  return pixels.reshape([n, height, width, channels]);
}

/** Source coordinate of each target coordinate of a window that begins at `start` of the padded axis: [n,size]. */
function source(
  start: tf.Tensor1D,
  { size, padding }: { readonly size: number; readonly padding: number },
): tf.Tensor {
  const position = tf.add(tf.expandDims(start, 1), tf.range(-padding, size - padding));
  const last = size - 1;
  return tf.sub(last, tf.abs(tf.sub(last, tf.abs(position)))); // reflected at 0, then at the last one
}
