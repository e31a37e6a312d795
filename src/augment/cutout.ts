import * as tf from "@tensorflow/tfjs";
import type { Draw } from "./draw.ts";

/** A square for each image: [n], pixels. */
export interface Square {
  readonly side: tf.Tensor1D;
  readonly centreX: tf.Tensor1D;
  readonly centreY: tf.Tensor1D;
}

/** Squares as USB draws them for images x [n,H,W,C]: the side is uniform in [0, `fraction`) of the width. */
export function drawCutout(
  x: tf.Tensor4D,
  { fraction, draw }: { readonly fraction: number; readonly draw: Draw },
): Square {
  const [n, height, width] = x.shape;
  // Uniform in (1, size]: the reference passes the size as the lower bound of numpy's uniform.
  const centre = (size: number) => tf.sub<tf.Tensor1D>(size, tf.mul(draw([n]), size - 1));
  const side = tf.mul<tf.Tensor1D>(draw([n]), fraction * width);
  return { side, centreX: centre(width), centreY: centre(height) };
}

/** What USB fills a cut-out with. */
const FILL = [125, 123, 114];

/**
 * Fills a square in each image. As in USB (randaugment.py, CutoutAbs): the
 * left and top edges are rounded down and clipped, the others measured from there and inclusive. x: [n,H,W,C], 0 … 255.
 */
export function cutoutAt(
  x: tf.Tensor4D,
  { side, centreX, centreY, fill: colour = FILL }: Square & {
    /** By channel; for other than three channels the second one counts for all. Default USB's grey. */
    readonly fill?: readonly number[];
  },
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const rows = covered(centreY, side, height).reshape([n, height, 1, 1]);
  const columns = covered(centreX, side, width).reshape([n, 1, width, 1]);
  const drawn = tf.greater(side, 0).reshape([n, 1, 1, 1]); // a side of 0 draws nothing
  const inside = tf.logicalAnd(drawn, tf.logicalAnd(rows, columns));
  const fill = tf.tensor1d(
    channels === 3 ? [...colour] : new Array<number>(channels).fill(colour[1] ?? 0),
  );
  return tf.where(inside, tf.add(tf.zerosLike(x), fill), x);
}

/** Which positions of an axis the square covers: bool [n,size]. */
function covered(centre: tf.Tensor1D, side: tf.Tensor1D, size: number): tf.Tensor {
  const first = tf.floor(tf.maximum(tf.sub(centre, tf.div(side, 2)), 0));
  const last = tf.minimum(tf.add(first, side), size);
  const position = tf.range(0, size).reshape([1, size]);
  return tf.logicalAnd(
    tf.greaterEqual(position, tf.expandDims(first, 1)),
    tf.lessEqual(position, tf.expandDims(last, 1)),
  );
}
