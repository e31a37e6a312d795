import * as tf from "@tensorflow/tfjs";
import { randomUniform } from "../tensor/ops.ts";
import { brightness, color, contrast } from "./colour.ts";
import { cropAt } from "./crop.ts";
import { cutoutAt, drawSquares, rectanglesOf } from "./cutout.ts";
import type { Draw } from "./draw.ts";
import { hole } from "./hole.ts";
import { type OperationName, parsePipeline, type PipelineStep } from "./pipeline.ts";
import { randAugment } from "./randaugment.ts";
import { randAugmentCossl } from "./randaugment_cossl.ts";
import { randAugmentMc } from "./randaugment_mc.ts";

/** Views with random streams of their own. */
export const VIEWS = { labelled: 0, weak: 1, strong: 2 } as const;

/** Streams set apart for one view. */
const STREAMS_PER_VIEW = 64;

/** An operation on images [n,H,W,C], 0 … 255, with the numbers of its pipeline step. */
type Operation = (x: tf.Tensor4D, step: PipelineStep, draw: Draw) => tf.Tensor4D;

const JITTERS = { brightness, contrast, color } as const;

function jitter(name: keyof typeof JITTERS): Operation {
  return (x, { args: [low = 1, high = 1] }, draw) => {
    const factor = tf.add(tf.mul(draw([x.shape[0], 1, 1, 1]), high - low), low);
    return JITTERS[name](x, factor as tf.Tensor4D);
  };
}

/** Which of n images to mirror. */
function mirror(n: number, { args: [probability = 0] }: PipelineStep, draw: Draw): tf.Tensor1D {
  return tf.less(draw([n]), probability) as tf.Tensor1D;
}

/** A crop, and the flip that follows it in the same lookup. */
function crop(
  x: tf.Tensor4D,
  { step, flip, draw }: {
    readonly step: PipelineStep;
    readonly flip?: PipelineStep | undefined;
    readonly draw: Draw;
  },
): tf.Tensor4D {
  const n = x.shape[0];
  const padding = Math.floor(x.shape[1] * (step.args[0] ?? 0));
  const offset = () => tf.floor(tf.mul(draw([n]), 2 * padding + 1)) as tf.Tensor1D;
  const [top, left] = [offset(), offset()];
  return cropAt(x, {
    top,
    left,
    padding,
    border: step.variant === "zero" ? "zero" : "reflect",
    ...(flip === undefined ? {} : { mirrored: mirror(n, flip, draw) }),
  });
}

function cutout(x: tf.Tensor4D, fraction: number, draw: Draw): tf.Tensor4D {
  const [, height, width] = x.shape;
  return cutoutAt(x, rectanglesOf(drawSquares(x, { fraction, draw }), { height, width }));
}

const IMPLEMENTATIONS: Readonly<Record<OperationName, Operation>> = {
  crop: (x, step, draw) => crop(x, { step, draw }),
  flip: (x, step, draw) =>
    tf.where(mirror(x.shape[0], step, draw).reshape([-1, 1, 1, 1]), tf.reverse(x, 2), x),
  brightness: jitter("brightness"),
  contrast: jitter("contrast"),
  color: jitter("color"),
  cutout: (x, { args: [fraction = 0] }, draw) => cutout(x, fraction, draw),
  randaugment: (x, { args: [count = 0] }, draw) =>
    cutout(randAugment(x, { count, draw }), 0.5, draw),
  randaugmentmc: (x, { args: [count = 0] }, draw) => randAugmentMc(x, { count, draw }),
  randaugmentcossl: (x, { args: [count = 0] }, draw) => randAugmentCossl(x, { count, draw }),
  hole: (x, { args: [fraction = 0, ...mean] }, draw) => hole(x, { fraction, mean, draw }),
};

export interface AugmentOptions {
  /** Pipeline text or its alias. */
  readonly pipeline: string;
  readonly view: keyof typeof VIEWS;
  /** int32 [2]: seed and step. */
  readonly key: tf.Tensor1D;
}

/**
 * One random view of each image. x: [n,H,W,C], pixel values 0 … 255, whole ones for `randaugment`; the result has the same shape
 * and range.
 */
export function augment(x: tf.Tensor4D, { pipeline, view, key }: AugmentOptions): tf.Tensor4D {
  let stream = VIEWS[view] * STREAMS_PER_VIEW;
  const draw: Draw = (shape) => randomUniform(key, { stream: stream++, shape });
  let out = x;
  const steps = parsePipeline(pipeline);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    const next = steps[i + 1];
    if (step.op === "crop" && next?.op === "flip") {
      out = crop(out, { step, flip: next, draw });
      i++;
    } else {
      out = IMPLEMENTATIONS[step.op](out, step, draw);
    }
  }
  return out;
}
