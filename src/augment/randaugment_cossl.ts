import * as tf from "@tensorflow/tfjs";
import { pixelOperation } from "../tensor/ops.ts";
import type { PictureSize } from "./affine.ts";
import { cutoutAt, drawCentre, rectanglesOf } from "./cutout.ts";
import type { Draw } from "./draw.ts";
import { inputTable, type PixelOperationInputs } from "./input_table.ts";
import { type PixelOperationInput, randAugmentInput } from "./randaugment.ts";

/** Where every magnitude lies in its range, which begins at the weakest. */
const LEVEL = 4 / 30;

/** Pixels that the translations move, and the side of the cut-out. */
const SHIFT = 100 * LEVEL;
const SIDE = 40 * LEVEL;
const FACTOR = 0.1 + 1.8 * LEVEL;

/** An operation: what the kernel does, what is added before it, the side of the square that is cut out after it. */
interface Entry {
  readonly input: PixelOperationInput;
  readonly added: number;
  readonly side: number;
}

/** Names in the order of their numbers. */
export const COSSL_NAMES = [
  "AutoContrast",
  "Equalize",
  "Invert",
  "Rotate",
  "Posterize",
  "Solarize",
  "SolarizeAdd",
  "Color",
  "Contrast",
  "Brightness",
  "Sharpness",
  "ShearX",
  "ShearY",
  "CutoutAbs",
  "TranslateXabs",
  "TranslateYabs",
] as const;

/** An operation with one of two signs, which only rotations, shears and translations have. */
export function cosslEntry(
  { name, sign }: { readonly name: (typeof COSSL_NAMES)[number]; readonly sign: 1 | -1 },
  size: PictureSize,
): Entry {
  const as = (known: Parameters<typeof randAugmentInput>[0]["name"], magnitude = 0): Entry => ({
    input: randAugmentInput({ name: known, magnitude }, size),
    added: 0,
    side: 0,
  });
  switch (name) {
    case "Invert":
      return as("Solarize", 0);
    case "Rotate":
      return as(name, sign * 30 * LEVEL);
    case "Posterize":
      return as("Brightness", 0); // ⌊4 · LEVEL⌋ = 0 bits are kept
    case "Solarize":
      return as(name, 256 * LEVEL);
    case "SolarizeAdd":
      return { ...as("Solarize", 128), added: Math.trunc(110 * LEVEL) };
    case "Color":
    case "Contrast":
    case "Brightness":
    case "Sharpness":
      return as(name, FACTOR);
    case "ShearX":
    case "ShearY":
      return as(name, sign * 0.3 * LEVEL);
    case "CutoutAbs":
      return { ...as("Identity"), side: SIDE };
    case "TranslateXabs":
      return as("TranslateX", sign * SHIFT / size.width);
    case "TranslateYabs":
      return as("TranslateY", sign * SHIFT / size.height);
    default:
      return as(name);
  }
}

/** Kernel inputs of n drawn operations, and what comes before and after the kernel: float32 [n]. */
export type CosslInputs = PixelOperationInputs & {
  readonly added: tf.Tensor;
  readonly side: tf.Tensor1D;
};

/** Makes a source of draws: each call draws an operation with a sign for each of n images. */
export function cosslOperations(size: PictureSize): (n: number, draw: Draw) => CosslInputs {
  const entries = COSSL_NAMES.flatMap((name) =>
    ([1, -1] as const).map((sign) => cosslEntry({ name, sign }, size))
  );
  const inputsAt = inputTable(entries.map(({ input }) => input));
  const added = tf.tensor1d(entries.map((entry) => entry.added));
  const side = tf.tensor1d(entries.map((entry) => entry.side));
  return (n, draw) => {
    const position = tf.floor(tf.mul(draw([n]), entries.length));
    const index = tf.cast(position, "int32") as tf.Tensor1D;
    return { ...inputsAt(index), added: tf.gather(added, index), side: tf.gather(side, index) };
  };
}

/**
 * RandAugment(`count`, 4) of CoSSL, ABC and CDMAD (ildoonet/pytorch-randaugment, augmentations.py): operations drawn with
 * replacement out of 16, each at 4/30 of its range, where Posterize makes an image black. x: [n,H,W,3], whole numbers 0..255; so is
 * the result.
 */
export function randAugmentCossl(
  x: tf.Tensor4D,
  { count, draw }: {
    readonly count: number;
    readonly draw: Draw;
  },
): tf.Tensor4D {
  const [n, height, width] = x.shape;
  const size = { height, width };
  const drawOperation = cosslOperations(size);
  let out = x;
  for (let i = 0; i < count; i++) {
    const { added, side, ...inputs } = drawOperation(n, draw);
    const brighter = tf.minimum(tf.add(out, added.reshape([n, 1, 1, 1])), 255) as tf.Tensor4D;
    const squares = {
      side,
      centreX: drawCentre(n, width, draw),
      centreY: drawCentre(n, height, draw),
    };
    out = cutoutAt(pixelOperation(brighter, inputs), rectanglesOf(squares, size));
  }
  return out;
}
