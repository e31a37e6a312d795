import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { cropAt } from "../../src/augment/crop.ts";
import { cutoutAt } from "../../src/augment/cutout.ts";
import { normalise } from "../../src/augment/normalise.ts";
import { channelsLast } from "../../src/nets/layout.ts";
import {
  assertClose,
  goldenJson,
  type GoldenTensor,
  goldenTensors,
  goldenTest,
} from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

interface Facts {
  readonly cutout: readonly { v: number; cx: number; cy: number; image: number }[];
  readonly crop: readonly { top: number; left: number; image: number }[];
}

const list = (data: readonly number[]): Given => ({ shape: [data.length], data });

/** The golden images in the order of the cases: [n,H,W,C]. */
function pick(images: GoldenTensor, indices: readonly number[]): Given {
  const [, ...rest] = images.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  const data = indices.flatMap((i) => [...images.data.subarray(i * size, (i + 1) * size)]);
  return { shape: [indices.length, ...rest], data };
}

function compare(
  actual: Float64Array,
  golden: ReadonlyMap<string, GoldenTensor>,
  name: (index: number) => string,
): void {
  const size = golden.get(name(0))!.data.length;
  for (let i = 0; i * size < actual.length; i++) {
    const expected = [...golden.get(name(i))!.data];
    deepStrictEqual([...actual.subarray(i * size, (i + 1) * size)], expected, name(i));
  }
}

goldenTest("cropAt() golden: reflected windows, pixel by pixel", async () => {
  const golden = await goldenTensors("randaugment.safetensors");
  const { crop } = await goldenJson<Facts>("randaugment.json");
  ok(crop.length > 0);
  const given = {
    x: pick(golden.get("images")!, crop.map(({ image }) => image)),
    top: list(crop.map(({ top }) => top)),
    left: list(crop.map(({ left }) => left)),
  };
  const { out } = runRecorded(given, ({ x, top, left }) => ({
    out: cropAt(x as tf.Tensor4D, {
      top: top as tf.Tensor1D,
      left: left as tf.Tensor1D,
      padding: 4,
    }),
  }));
  compare(out!, golden, (i) => `crop.${i}`);
});

goldenTest("cutoutAt() golden: every edge case of the reference, pixel by pixel", async () => {
  const golden = await goldenTensors("randaugment.safetensors");
  const { cutout } = await goldenJson<Facts>("randaugment.json");
  const x = pick(golden.get("images")!, cutout.map(({ image }) => image));
  const width = x.shape[2]!;
  const given = {
    x,
    side: list(cutout.map(({ v }) => v * width)),
    cx: list(cutout.map(({ cx }) => cx)),
    cy: list(cutout.map(({ cy }) => cy)),
  };
  const { out } = runRecorded(given, ({ x, side, cx, cy }) => ({
    out: cutoutAt(x as tf.Tensor4D, {
      side: side as tf.Tensor1D,
      centreX: cx as tf.Tensor1D,
      centreY: cy as tf.Tensor1D,
    }),
  }));
  compare(out!, golden, (i) => `cutout.${i}`);
});

/** As the data sets' meta.json has them. */
const NORMS = {
  cifar10: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  cifar100: {
    mean: [129.3, 124.1, 112.4].map((value) => value / 255),
    std: [68.2, 65.4, 70.4].map((value) => value / 255),
  },
} as const;

goldenTest("normalise() golden: both data sets", async () => {
  const golden = await goldenTensors("randaugment.safetensors");
  const x = pick(golden.get("images")!, [0]);
  for (const [name, norm] of Object.entries(NORMS)) {
    const { out } = runRecorded({ x }, ({ x }) => ({ out: normalise(x as tf.Tensor4D, norm) }));
    const expected = golden.get(`norm.${name}`)!;
    assertClose(out!, channelsLast(expected).data, { tolerance: 1e-6, what: name });
    strictEqual(expected.shape.length, 4);
  }
});
