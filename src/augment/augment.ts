import * as tf from "@tensorflow/tfjs";
import { randomUniform } from "../tensor/ops.ts";
import { brightness, color, contrast } from "./colour.ts";
import { cropAt } from "./crop.ts";
import { cutoutAt } from "./cutout.ts";
import { type OperationName, parsePipeline } from "./pipeline.ts";

/** Views with random streams of their own. */
export const VIEWS = { labelled: 0, weak: 1, strong: 2 } as const;

/** Streams set apart for one view. */
const STREAMS_PER_VIEW = 64;

/** Independent uniform values of [0, 1); each call draws from a stream of its own. */
export type Draw = (shape: readonly number[]) => tf.Tensor;

/** An operation on images [n,H,W,C], 0 … 255, with the numbers of its pipeline step. */
type Operation = (x: tf.Tensor4D, args: readonly number[], draw: Draw) => tf.Tensor4D;

const JITTERS = { brightness, contrast, color } as const;

function jitter(name: keyof typeof JITTERS): Operation {
  return (x, [low = 1, high = 1], draw) => {
    const factor = tf.add(tf.mul(draw([x.shape[0], 1, 1, 1]), high - low), low);
    return JITTERS[name](x, factor as tf.Tensor4D);
  };
}

const IMPLEMENTATIONS: Readonly<Record<OperationName, Operation>> = {
  crop(x, [fraction = 0], draw) {
    const padding = Math.floor(x.shape[1] * fraction);
    const offset = () => tf.floor(tf.mul(draw([x.shape[0]]), 2 * padding + 1)) as tf.Tensor1D;
    return cropAt(x, { top: offset(), left: offset(), padding });
  },
  flip(x, [probability = 0], draw) {
    return tf.where(tf.less(draw([x.shape[0], 1, 1, 1]), probability), tf.reverse(x, 2), x);
  },
  brightness: jitter("brightness"),
  contrast: jitter("contrast"),
  color: jitter("color"),
  cutout(x, [fraction = 0], draw) {
    const [n, height, width] = x.shape;
    // Uniform in (1, size]: the reference passes the size as the lower bound of numpy's uniform.
    const centre = (size: number) => tf.sub<tf.Tensor1D>(size, tf.mul(draw([n]), size - 1));
    const side = tf.mul<tf.Tensor1D>(draw([n]), fraction * width);
    return cutoutAt(x, { side, centreX: centre(width), centreY: centre(height) });
  },
};

export interface AugmentOptions {
  /** Pipeline text or its alias. */
  readonly pipeline: string;
  readonly view: keyof typeof VIEWS;
  /** int32 [2]: seed and step. */
  readonly key: tf.Tensor1D;
}

/** One random view of each image. x: [n,H,W,C], pixel values 0 … 255; the result has the same shape and range. */
export function augment(x: tf.Tensor4D, { pipeline, view, key }: AugmentOptions): tf.Tensor4D {
  let stream = VIEWS[view] * STREAMS_PER_VIEW;
  const draw: Draw = (shape) => randomUniform(key, { stream: stream++, shape });
  let out = x;
  for (const { op, args } of parsePipeline(pipeline)) out = IMPLEMENTATIONS[op](out, args, draw);
  return out;
}
