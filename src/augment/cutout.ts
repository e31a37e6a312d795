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
  const row = Array.from({ length: height }, (_, i) => i);
  // Elements of a row, so that engines work on long vectors.
  const column = Array.from({ length: width * channels }, (_, i) => Math.floor(i / channels));
  const rows = covered({ centre: centreY, side }, row, height).reshape([n, height, 1]);
  const columns = covered({ centre: centreX, side }, column, width)
    .reshape([n, 1, width * channels]);
  const fill = column.map((_, i) => channels === 3 ? colour[i % 3] ?? 0 : colour[1] ?? 0);
  const flat = x.reshape([n, height, width * channels]);
  const filled = tf.where(
    tf.logicalAnd(rows, columns),
    tf.add(tf.zerosLike(flat), tf.tensor1d(fill)),
    flat,
  );
  return filled.reshape(x.shape);
}

/** Which positions, of an axis of that size, the squares cover: bool [n, positions]. A side of 0 covers none. */
function covered(
  { centre, side }: { readonly centre: tf.Tensor1D; readonly side: tf.Tensor1D },
  positions: readonly number[],
  size: number,
): tf.Tensor {
  const first = tf.floor(tf.maximum(tf.sub(centre, tf.div(side, 2)), 0));
  const last = tf.minimum(tf.add(first, side), size);
  const position = tf.tensor1d([...positions]).reshape([1, positions.length]);
  const inside = tf.logicalAnd(
    tf.greaterEqual(position, tf.expandDims(first, 1)),
    tf.lessEqual(position, tf.expandDims(last, 1)),
  );
  return tf.logicalAnd(inside, tf.expandDims(tf.greater(side, 0), 1));
}
