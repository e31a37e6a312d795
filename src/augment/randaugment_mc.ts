import * as tf from "@tensorflow/tfjs";
import { pixelOperation } from "../tensor/ops.ts";
import type { PictureSize } from "./affine.ts";
import { cutoutAt, rectanglesOf } from "./cutout.ts";
import type { Draw } from "./draw.ts";
import { inputTable, type PixelOperationInputs } from "./input_table.ts";
import {
  type PixelOperationInput,
  RANDAUGMENT_NAMES,
  randAugmentInput,
  type RandAugmentName,
} from "./randaugment.ts";

/** Levels 1 … 9 of 10. */
const LEVELS = 9;
const GREY = 127;

/** The largest magnitude of each operation; operations on colours and Posterize add to it what they have at least. */
const LARGEST: Readonly<Record<RandAugmentName, number>> = {
  AutoContrast: 0,
  Brightness: 0.9,
  Color: 0.9,
  Contrast: 0.9,
  Equalize: 0,
  Identity: 0,
  Posterize: 4,
  Rotate: 30,
  Sharpness: 0.9,
  ShearX: 0.3,
  ShearY: 0.3,
  Solarize: 256,
  TranslateX: 0.3,
  TranslateY: 0.3,
};

/** The magnitude at a level, as USB's operations understand it. */
function magnitudeAt(
  { name, level, sign }: { name: RandAugmentName; level: number; sign: 1 | -1 },
  { height, width }: PictureSize,
): number {
  const part = LARGEST[name] * level / 10;
  switch (name) {
    case "Posterize":
      return Math.trunc(part) + 4;
    case "Solarize":
      return 256 - Math.trunc(part);
    case "Rotate":
      return sign * Math.trunc(part);
    case "ShearX":
    case "ShearY":
      return sign * part;
    case "TranslateX":
      return sign * Math.trunc(part * width) / width;
    case "TranslateY":
      return sign * Math.trunc(part * height) / height;
    default:
      return part + 0.05;
  }
}

/** Every operation at every level with either sign: index ((operation · 9) + level − 1) · 2 + sign. */
function inputs(size: PictureSize): PixelOperationInput[] {
  return RANDAUGMENT_NAMES.flatMap((name) =>
    Array.from({ length: 2 * LEVELS }, (_, i) => {
      const level = Math.floor(i / 2) + 1;
      const magnitude = magnitudeAt({ name, level, sign: i % 2 ? -1 : 1 }, size);
      return randAugmentInput({ name, magnitude }, size);
    })
  );
}

/** Makes a source of draws: each call draws an operation, a level, a sign and whether it is done for each of n images. */
export function mcOperations(size: PictureSize): (n: number, draw: Draw) => PixelOperationInputs {
  const all = inputs(size);
  const inputsAt = inputTable(all);
  return (n, draw) => {
    const index = tf.cast(tf.floor(tf.mul(draw([n]), all.length)), "int32") as tf.Tensor1D;
    const done = tf.less(draw([n]), 0.5);
    const drawn = inputsAt(index);
    return { ...drawn, kind: tf.where(done, drawn.kind, tf.zeros([n], "int32")) };
  };
}

/**
 * RandAugmentMC of ACR and SimPro (dataset/randaugment.py): `count` operations drawn with replacement, each done with probability
 * ½ at a level of 1 … 9 tenths and with a random sign, then a grey cut-out of half the width around a uniform centre.
 * x: [n,H,W,3], whole numbers 0..255.
 */
export function randAugmentMc(
  x: tf.Tensor4D,
  { count, draw }: {
    readonly count: number;
    readonly draw: Draw;
  },
): tf.Tensor4D {
  const [n, height, width] = x.shape;
  const drawOperation = mcOperations({ height, width });
  let out = x;
  for (let i = 0; i < count; i++) out = pixelOperation(out, drawOperation(n, draw));
  const centre = (size: number) => tf.mul<tf.Tensor1D>(draw([n]), size);
  const squares = {
    side: tf.fill([n], Math.trunc(width / 2)) as tf.Tensor1D,
    centreX: centre(width),
    centreY: centre(height),
  };
  const rectangles = rectanglesOf(squares, { height, width });
  return cutoutAt(out, { ...rectangles, fill: [GREY, GREY, GREY] });
}
