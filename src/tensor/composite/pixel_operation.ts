/**
 * The kernel PixelOperation (../pixel_operation.ts) from TensorFlow.js's kernels, for engines without one of their own. Every result
 * is computed for all images and the wanted one chosen; operations on values are computed on tables of 256 values. All numbers
 * but the blends are whole and below 2²⁴, so that no engine's order or fusing of float32 operations changes them.
 */
import * as tf from "@tensorflow/tfjs";
import { PIXEL_OPERATIONS, type PixelOperationName } from "../pixel_operation.ts";
import { autocontrastTable, floorQuotient } from "./autocontrast.ts";

/** Coordinates in 16.16 fixed point must be exact in float32; so must sums of an image's luma. */
const LARGEST_SIZE = 128;

interface Inputs {
  /** [n,H,W,3] */
  readonly x: tf.Tensor4D;
  /** int32 [n] */
  readonly kind: tf.Tensor;
  /** [n] */
  readonly value: tf.Tensor;
  /** int32 [n,6] */
  readonly coefficients: tf.Tensor;
}

/** Throws a RangeError for images above 128 pixels. */
export function composePixelOperation({ x, kind, value, coefficients }: Inputs): tf.Tensor4D {
  const [n, height, width] = x.shape;
  if (height > LARGEST_SIZE || width > LARGEST_SIZE) {
    throw new RangeError(`Expected images of at most ${LARGEST_SIZE} pixels, found [${x.shape}]`);
  }
  const isOneOf = (...names: PixelOperationName[]) =>
    names.map((name) => tf.equal(kind, tf.scalar(PIXEL_OPERATIONS[name], "int32")))
      .reduce((any, next) => tf.logicalOr(any, next));
  const chosen = (choice: tf.Tensor) => choice.reshape([n, 1, 1, 1]);
  const factor = value.reshape([n, 1, 1, 1]);
  const grey = luma(x);
  const mean = meanLuma(grey);
  const from = tf.where(
    chosen(isOneOf("color")),
    grey,
    tf.where(
      chosen(isOneOf("sharpness")),
      smooth(x),
      tf.where(chosen(isOneOf("contrast")), mean, tf.zerosLike(mean)),
    ),
  );
  const blended = tf.floor(tf.add(from, tf.mul(factor, tf.sub(x, from))));
  return tf.where(
    chosen(isOneOf("brightness", "color", "contrast", "sharpness")),
    blended,
    tf.where(
      chosen(isOneOf("affine")),
      moved(x, tf.cast(coefficients, "float32")),
      byTable(x, { value, isOneOf }),
    ),
  ) as tf.Tensor4D;
}

/** [n,H,W,1] */
function luma(x: tf.Tensor4D): tf.Tensor {
  const [red, green, blue] = tf.split(x, 3, 3);
  const weighted = tf.add(
    tf.add(tf.mul(red!, 19595), tf.mul(green!, 38470)),
    tf.add(tf.mul(blue!, 7471), 32768),
  );
  return tf.floor(tf.mul(weighted, 1 / 65536));
}

/** [n,1,1,1]: rounded half up. */
function meanLuma(grey: tf.Tensor): tf.Tensor {
  const [, height = 1, width = 1] = grey.shape;
  const pixels = height * width;
  const doubled = tf.mul(tf.sum(grey, [1, 2, 3], true), 2);
  return floorQuotient(tf.add(doubled, pixels), 2 * pixels);
}

/** Means of neighbourhoods, rounded; border pixels stay. [n,H,W,3] */
function smooth(x: tf.Tensor4D): tf.Tensor {
  const [, height, width] = x.shape;
  if (height < 3 || width < 3) return x;
  // A convolution, which compilers do not join with what makes x: nine slices would compute x nine times.
  const weights = [1, 1, 1, 1, 5, 1, 1, 1, 1];
  const filter = weights.flatMap((weight) => [weight, 0, 0, 0, weight, 0, 0, 0, weight]);
  const sum = tf.conv2d(x, tf.tensor4d(filter, [3, 3, 3, 3]), 1, "valid");
  // Half way between two results, so that no rounding of a convolution matters.
  const inner = tf.floor(tf.div(tf.add(tf.mul(sum, 2), 13), 26));
  const row = (size: number) =>
    tf.tensor1d(Array.from({ length: size }, (_, i) => Number(i > 0 && i < size - 1)));
  const inside = tf.greater(
    tf.mul(row(height).reshape([1, height, 1, 1]), row(width).reshape([1, 1, width, 1])),
    0,
  );
  return tf.where(inside, tf.pad(inner, [[0, 0], [1, 1], [1, 1], [0, 0]]), x);
}

/** Source pixels of an affine map, black outside. coefficients: [n,6]. */
function moved(x: tf.Tensor4D, coefficients: tf.Tensor): tf.Tensor {
  const [n, height, width] = x.shape;
  const [a, b, c, d, e, f] = tf.split(coefficients, 6, 1).map((part) => part.reshape([n, 1, 1]));
  const columns = tf.range(0, width).reshape([1, 1, width]);
  const rows = tf.range(0, height).reshape([1, height, 1]);
  const source = (parts: readonly (tf.Tensor | undefined)[]) => {
    const [perColumn, perRow, start] = parts;
    const place = tf.add(
      tf.add(tf.mul(perColumn!, columns), start!),
      tf.mul(perRow!, rows),
    );
    return tf.floor(tf.mul(place, 1 / 65536)); // [n,H,W]
  };
  const [column, row] = [source([a, b, c]), source([d, e, f])];
  const within = (place: tf.Tensor, size: number) =>
    tf.logicalAnd(tf.greaterEqual(place, 0), tf.less(place, size));
  const inside = tf.logicalAnd(within(column, width), within(row, height));
  const place = tf.cast(tf.add(tf.mul(row, width), column), "int32");
  const first = tf.range(0, n, 1, "int32").mul(tf.scalar(height * width, "int32"))
    .reshape([n, 1, 1]);
  const black = tf.scalar(n * height * width, "int32");
  const index = tf.where(inside, tf.add(first, place), black);
  const pixels = tf.concat([x.reshape([n * height * width, 3]), tf.zeros([1, 3])]);
  return tf.gather(pixels, index.flatten()).reshape([n, height, width, 3]);
}

/** Operations on the values of single channels; other images stay as they are. */
function byTable(
  x: tf.Tensor4D,
  { value, isOneOf }: {
    readonly value: tf.Tensor;
    readonly isOneOf: (...names: PixelOperationName[]) => tf.Tensor;
  },
): tf.Tensor {
  const [n, height, width] = x.shape;
  const levels = tf.range(0, 256); // [256]
  const tables = tf.range(0, 3 * n, 1, "int32").mul(tf.scalar(256, "int32")).reshape([n, 1, 1, 3]);
  const index = tf.add(tables, tf.cast(x, "int32")).flatten(); // into [n,3,256]
  const counts = tf.unsortedSegmentSum(tf.fill([index.size], 1), index as tf.Tensor1D, 3 * n * 256)
    .reshape([n, 3, 256]);
  const seen = tf.greater(counts, 0);
  const low = tf.min(tf.where(seen, levels, tf.fill([256], 255)), 2, true); // [n,3,1]
  const high = tf.max(tf.where(seen, levels, tf.zeros([256])), 2, true);
  const isHigh = tf.cast(tf.equal(levels, high), "float32");
  const last = tf.sum(tf.mul(counts, isHigh), 2, true);
  const step = floorQuotient(tf.sub(height * width, last), 255);
  const below = tf.add(floorQuotient(step, 2), tf.cumsum(counts, 2, true));
  const equalized = tf.where(
    tf.greater(step, 0),
    tf.minimum(floorQuotient(below, tf.maximum(step, 1)), 255),
    levels,
  );
  const each = (per: tf.Tensor) => per.reshape([n, 1, 1]);
  const unit = tf.gather(
    tf.tensor1d([256, 128, 64, 32, 16, 8, 4, 2, 1]),
    tf.cast(tf.clipByValue(value, 0, 8), "int32") as tf.Tensor1D,
  );
  const posterized = tf.mul(floorQuotient(levels, each(unit)), each(unit));
  const solarized = tf.where(
    tf.greaterEqual(levels, each(value)),
    tf.sub(255, levels),
    levels,
  );
  const choices: readonly (readonly [PixelOperationName, tf.Tensor])[] = [
    ["autocontrast", autocontrastTable(levels, { low, high })],
    ["equalize", equalized],
    ["posterize", posterized],
    ["solarize", solarized],
  ];
  const table = choices.reduce(
    (rest: tf.Tensor, [name, made]) => tf.where(each(isOneOf(name)), made, rest),
    tf.add(levels, tf.fill([n, 3, 256], 0)),
  );
  return tf.gather(table.flatten(), index).reshape(x.shape);
}
