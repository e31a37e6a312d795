import * as tf from "@tensorflow/tfjs";
import type { PictureSize } from "./affine.ts";
import type { Draw } from "./draw.ts";

/** What USB fills a cut-out with. */
const FILL = [125, 123, 114];

/** A rectangle in each image: [n], whole pixels, both ends filled; none where an end comes before its beginning. */
export interface Rectangles {
  readonly left: tf.Tensor1D;
  readonly right: tf.Tensor1D;
  readonly top: tf.Tensor1D;
  readonly bottom: tf.Tensor1D;
}

/** A square for each image: [n], pixels. */
export interface Squares {
  readonly side: tf.Tensor1D;
  readonly centreX: tf.Tensor1D;
  readonly centreY: tf.Tensor1D;
}

/** Squares as USB draws them for images x [n,H,W,C]: the side is uniform in [0, `fraction`) of the width. */
export function drawSquares(
  x: tf.Tensor4D,
  { fraction, draw }: { readonly fraction: number; readonly draw: Draw },
): Squares {
  const [n, height, width] = x.shape;
  const side = tf.mul<tf.Tensor1D>(draw([n]), fraction * width);
  return { side, centreX: drawCentre(n, width, draw), centreY: drawCentre(n, height, draw) };
}

/** [n]: uniform in (1, size], since the reference passes the size as the lower bound of numpy's uniform. */
export function drawCentre(n: number, size: number, draw: Draw): tf.Tensor1D {
  return tf.sub<tf.Tensor1D>(size, tf.mul(draw([n]), size - 1));
}

/**
 * What of the squares is filled, as in USB (randaugment.py, CutoutAbs): the left and top edges are rounded down and clipped, the
 * others measured from there and inclusive. A side of 0 fills nothing.
 */
export function rectanglesOf(
  { side, centreX, centreY }: Squares,
  { height, width }: PictureSize,
): Rectangles {
  const [left, right] = extent(centreX, side, width);
  const [top, bottom] = extent(centreY, side, height);
  return { left, right, top, bottom };
}

function extent(centre: tf.Tensor1D, side: tf.Tensor1D, size: number): [tf.Tensor1D, tf.Tensor1D] {
  const first = tf.floor(tf.maximum(tf.sub(centre, tf.div(side, 2)), 0));
  const last = tf.floor(tf.minimum(tf.add(first, side), size));
  const none = tf.sub(first, 1);
  return [first as tf.Tensor1D, tf.where(tf.greater(side, 0), last, none) as tf.Tensor1D];
}

/** Fills a rectangle in each image. x: [n,H,W,C], 0 … 255. */
export function cutoutAt(
  x: tf.Tensor4D,
  { left, right, top, bottom, fill: colour = FILL }: Rectangles & {
    /** By channel; for other than three channels the second one counts for all. Default USB's grey. */
    readonly fill?: readonly number[];
  },
): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const row = Array.from({ length: height }, (_, i) => i);
  // Elements of a row, so that engines work on long vectors.
  const column = Array.from({ length: width * channels }, (_, i) => Math.floor(i / channels));
  const rows = within(row, { from: top, to: bottom }).reshape([n, height, 1]);
  const columns = within(column, { from: left, to: right }).reshape([n, 1, width * channels]);
  const fill = column.map((_, i) => channels === 3 ? colour[i % 3] ?? 0 : colour[1] ?? 0);
  const flat = x.reshape([n, height, width * channels]);
  const filled = tf.where(
    tf.logicalAnd(rows, columns),
    tf.add(tf.zerosLike(flat), tf.tensor1d(fill)),
    flat,
  );
  return filled.reshape(x.shape);
}

/** Which positions lie in each image's range, both ends included: bool [n, positions]. */
function within(
  positions: readonly number[],
  { from, to }: { readonly from: tf.Tensor1D; readonly to: tf.Tensor1D },
): tf.Tensor {
  const position = tf.tensor1d([...positions]).reshape([1, positions.length]);
  return tf.logicalAnd(
    tf.greaterEqual(position, tf.expandDims(from, 1)),
    tf.lessEqual(position, tf.expandDims(to, 1)),
  );
}
