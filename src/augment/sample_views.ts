import type * as tf from "@tensorflow/tfjs";
import { interpret } from "../tensor/interpreter.ts";
import { record } from "../tensor/recorder.ts";
import { augment, type AugmentOptions } from "./augment.ts";

/** Some images to look at. */
export interface SampleImages {
  /** uint8 [n,H,W,3]. */
  readonly images: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * One view of each image as training draws it, by the interpreter: uint8 [n,H,W,3]. `key`: seed and step; pixels between whole
 * numbers are rounded.
 */
export function sampleViews(
  { images, height, width }: SampleImages,
  options: Pick<AugmentOptions, "pipeline" | "view"> & { readonly key: readonly [number, number] },
): Uint8Array {
  const { key, ...rest } = options;
  const n = images.length / (height * width * 3);
  const program = record(
    {
      x: { shape: [n, height, width, 3], dtype: "float32" },
      key: { shape: [2], dtype: "int32" },
    },
    (given) => ({
      out: augment(given.x as tf.Tensor4D, { ...rest, key: given.key as tf.Tensor1D }),
    }),
    { state: [] },
  );
  return Uint8Array.from(interpret(program, { x: images, key }).out ?? [], Math.round);
}
