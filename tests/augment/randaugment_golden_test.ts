import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok } from "node:assert/strict";
import { cutoutAt } from "../../src/augment/cutout.ts";
import {
  type PixelOperationInput,
  randAugmentInput,
  type RandAugmentName,
} from "../../src/augment/randaugment.ts";
import { pixelOperation } from "../../src/tensor/ops.ts";
import { goldenJson, type GoldenTensor, goldenTensors, goldenTest } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

interface Facts {
  readonly ops: readonly { name: RandAugmentName; magnitudes: readonly number[] }[];
  readonly chain: readonly {
    image: number;
    natural_file: boolean;
    ops: readonly { name: RandAugmentName; v: number }[];
    cutout_v: number;
    cx: number;
    cy: number;
  }[];
}

const FILES = ["randaugment.safetensors", "randaugment_natural.safetensors"];

function given(inputs: readonly PixelOperationInput[]): Record<string, Given> {
  return {
    kind: { shape: [inputs.length], data: inputs.map(({ kind }) => kind), dtype: "int32" },
    value: { shape: [inputs.length], data: inputs.map(({ value }) => value) },
    coefficients: {
      shape: [inputs.length, 6],
      data: inputs.flatMap(({ coefficients }) => [...coefficients]),
      dtype: "int32",
    },
  };
}

function sizeOf({ shape: [, height = 0, width = 0] }: GoldenTensor) {
  return { height, width };
}

for (const file of FILES) {
  goldenTest(`pixelOperation() golden: every operation and magnitude of ${file}`, async () => {
    const golden = await goldenTensors(file);
    const { ops } = await goldenJson<Facts>("randaugment.json");
    const images = golden.get("images")!;
    const count = images.shape[0]!;
    ok(ops.length > 0);
    for (const { name, magnitudes } of ops) {
      for (const [k, magnitude] of magnitudes.entries()) {
        const input = randAugmentInput({ name, magnitude }, sizeOf(images));
        const { out } = runRecorded(
          { x: images, ...given(new Array<PixelOperationInput>(count).fill(input)) },
          ({ x, kind, value, coefficients }) => ({
            out: pixelOperation(x as tf.Tensor4D, {
              kind: kind!,
              value: value!,
              coefficients: coefficients!,
            }),
          }),
        );
        deepStrictEqual(
          [...out!],
          [...golden.get(`op.${name}.${k}`)!.data],
          `${name} ${magnitude}`,
        );
      }
    }
  });
}
void cutoutAt;
