import * as tf from "@tensorflow/tfjs";
import { cutoutAt, type Rectangles } from "./cutout.ts";
import type { Draw } from "./draw.ts";

/** What each image loses, for images x [n,H,W,C]: a square of `side` pixels around a pixel drawn evenly, clipped at the borders. */
export function drawHoles(
  x: tf.Tensor4D,
  { side, draw }: { readonly side: number; readonly draw: Draw },
): Rectangles {
  const [n, height, width] = x.shape;
  const half = Math.floor(side / 2);
  const extent = (size: number): [tf.Tensor1D, tf.Tensor1D] => {
    const centre = tf.floor(tf.mul(draw([n]), size));
    const last = tf.sub(tf.minimum(tf.add(centre, half), size), 1);
    return [tf.maximum(tf.sub(centre, half), 0) as tf.Tensor1D, last as tf.Tensor1D];
  };
  const [left, right] = extent(width);
  const [top, bottom] = extent(height);
  return { left, right, top, bottom };
}

/**
 * CutoutDefault (ildoonet/pytorch-randaugment, augmentations.py), which fills with 0 after normalisation; here before it, with what
 * it turns into 0: the data set's mean, 0..255, by channel. The side is `fraction` of the width.
 */
export function hole(
  x: tf.Tensor4D,
  { fraction, mean, draw }: {
    readonly fraction: number;
    readonly mean: readonly number[];
    readonly draw: Draw;
  },
): tf.Tensor4D {
  const side = Math.floor(fraction * x.shape[2]);
  return cutoutAt(x, { ...drawHoles(x, { side, draw }), fill: mean });
}
