import * as tf from "@tensorflow/tfjs";
import { pixelOperation } from "../tensor/ops.ts";
import { PIXEL_OPERATIONS, type PixelOperationName } from "../tensor/pixel_operation.ts";
import {
  AFFINE_OPERATIONS,
  type AffineCoefficients,
  type AffineName,
  IDENTITY,
  type PictureSize,
} from "./affine.ts";
import type { Draw } from "./draw.ts";

/** An operation of RandAugment and the range of its magnitude. */
interface Entry {
  readonly kind: PixelOperationName;
  readonly low: number;
  readonly high: number;
}

const none = (kind: PixelOperationName): Entry => ({ kind, low: 0, high: 1 });
const factor = (kind: PixelOperationName): Entry => ({ kind, low: 0.05, high: 0.95 });
const affine = (limit: number): Entry => ({ kind: "affine", low: -limit, high: limit });

/** USB's operations (datasets/augmentation/randaugment.py) in its order, with its ranges; Translate in fractions of the size. */
export const RANDAUGMENT = {
  AutoContrast: none("autocontrast"),
  Brightness: factor("brightness"),
  Color: factor("color"),
  Contrast: factor("contrast"),
  Equalize: none("equalize"),
  Identity: none("identity"),
  Posterize: { kind: "posterize", low: 4, high: 8 },
  Rotate: affine(30),
  Sharpness: factor("sharpness"),
  ShearX: affine(0.3),
  ShearY: affine(0.3),
  Solarize: { kind: "solarize", low: 0, high: 256 },
  TranslateX: affine(0.3),
  TranslateY: affine(0.3),
} as const satisfies Readonly<Record<string, Entry>>;

export type RandAugmentName = keyof typeof RANDAUGMENT;

/** Operation names in the order of their numbers. */
export const RANDAUGMENT_NAMES = Object.keys(RANDAUGMENT) as readonly RandAugmentName[];

/** What the kernel PixelOperation takes for one image. */
export interface PixelOperationInput {
  readonly kind: number;
  readonly value: number;
  readonly coefficients: AffineCoefficients;
}

/** The exact kernel input, in float64, of an operation at a magnitude. */
export function randAugmentInput(
  { name, magnitude }: { readonly name: RandAugmentName; readonly magnitude: number },
  size: PictureSize,
): PixelOperationInput {
  const { kind } = RANDAUGMENT[name];
  const coefficients = name in AFFINE_OPERATIONS
    ? AFFINE_OPERATIONS[name as keyof typeof AFFINE_OPERATIONS](magnitude, size)
    : IDENTITY;
  const value = kind === "posterize" ? Math.max(1, Math.trunc(magnitude)) : magnitude;
  return { kind: PIXEL_OPERATIONS[kind], value, coefficients };
}

/** Magnitudes that an affine operation has: the middles of as many equal parts of its range. */
export const AFFINE_LEVELS = 4096;

/** By size of the pictures: a step of two operations reads the same table twice, and every step recorded later. */
const tables = new Map<string, Int32Array>();

/** Coefficients by operation and level: int32 [operations · levels, 6]. */
function affineTable(size: PictureSize): tf.Tensor2D {
  const key = `${size.height}x${size.width}`;
  const table = tables.get(key) ?? affineCoefficients(size);
  tables.set(key, table);
  return tf.tensor2d(table, [table.length / 6, 6], "int32");
}

function affineCoefficients(size: PictureSize): Int32Array {
  const names = Object.keys(AFFINE_OPERATIONS) as AffineName[];
  const table = new Int32Array(names.length * AFFINE_LEVELS * 6);
  names.forEach((name, operation) => {
    const { low, high } = RANDAUGMENT[name];
    for (let level = 0; level < AFFINE_LEVELS; level++) {
      const magnitude = low + (high - low) * (level + 0.5) / AFFINE_LEVELS;
      table.set(AFFINE_OPERATIONS[name](magnitude, size), 6 * (operation * AFFINE_LEVELS + level));
    }
  });
  return table;
}

/** For each operation, a number of it. */
function byOperation(number: (name: RandAugmentName) => number): tf.Tensor1D {
  return tf.tensor1d(RANDAUGMENT_NAMES.map(number));
}

/** Which of the 14 operations, and how strongly, for each image: int32 [n] and float32 [n] within [0, 1) of the range. */
export interface DrawnOperations {
  readonly operation: tf.Tensor1D;
  readonly strength: tf.Tensor1D;
}

/** Draws an operation and a strength for each of n images. `draw`: independent uniform values of [0, 1). */
export function drawOperations(
  n: number,
  draw: Draw,
): DrawnOperations {
  const position = tf.mul(draw([n]), RANDAUGMENT_NAMES.length);
  return {
    operation: tf.cast(tf.floor(position), "int32") as tf.Tensor1D,
    strength: draw([n]) as tf.Tensor1D,
  };
}

/** Kernel inputs of drawn operations: kind [n], value [n], coefficients [n,6]. */
export function drawnInputs(
  { operation, strength }: DrawnOperations,
  size: PictureSize,
): { kind: tf.Tensor; value: tf.Tensor; coefficients: tf.Tensor } {
  const pick = (number: (name: RandAugmentName) => number) =>
    tf.gather(byOperation(number), operation);
  const low = pick((name) => RANDAUGMENT[name].low);
  const span = pick((name) => RANDAUGMENT[name].high - RANDAUGMENT[name].low);
  const magnitude = tf.add(low, tf.mul(strength, span));
  const whole = tf.equal(operation, tf.scalar(RANDAUGMENT_NAMES.indexOf("Posterize"), "int32"));
  const affineNames = Object.keys(AFFINE_OPERATIONS);
  const row = pick((name) => Math.max(0, affineNames.indexOf(name)) * AFFINE_LEVELS);
  const level = tf.floor(tf.mul(strength, AFFINE_LEVELS));
  return {
    kind: tf.cast(pick((name) => PIXEL_OPERATIONS[RANDAUGMENT[name].kind]), "int32"),
    value: tf.where(whole, tf.floor(magnitude), magnitude),
    coefficients: tf.gather(affineTable(size), tf.cast(tf.add(row, level), "int32")),
  };
}

/**
 * `count` operations, drawn with replacement, on each image. x: [n,H,W,3], whole numbers 0..255; so is the result.
 * The cut-out that USB's RandAugment ends with is not part of it.
 */
export function randAugment(
  x: tf.Tensor4D,
  { count, draw }: {
    readonly count: number;
    readonly draw: Draw;
  },
): tf.Tensor4D {
  const [n, height, width] = x.shape;
  let out = x;
  for (let i = 0; i < count; i++) {
    out = pixelOperation(out, drawnInputs(drawOperations(n, draw), { height, width }));
  }
  return out;
}
