import type * as tf from "@tensorflow/tfjs";
import { ok, strictEqual } from "node:assert/strict";
import { cropAt } from "../../src/augment/crop.ts";
import { cutoutAt } from "../../src/augment/cutout.ts";
import { normalise } from "../../src/augment/normalise.ts";
import {
  type PixelOperationInput,
  randAugmentInput,
  type RandAugmentName,
} from "../../src/augment/randaugment.ts";
import { datasetFacts } from "../../src/data/datasets.ts";
import { channelsLast } from "../../src/nets/layout.ts";
import { pixelOperation } from "../../src/tensor/ops.ts";
import {
  assertClose,
  goldenJson,
  type GoldenTensor,
  goldenTensors,
  goldenTest,
} from "../golden.ts";
import type { Given } from "../run_recorded.ts";
import {
  type Compute,
  CUDA,
  everywhere,
  onCuda,
  reasonAgainstCuda,
  type Results,
} from "./everywhere.ts";
import { usbRectangle } from "./usb_rectangle.ts";

interface CutoutFacts {
  readonly v: number;
  readonly cx: number;
  readonly cy: number;
}

interface Facts {
  readonly ops: readonly { name: RandAugmentName; magnitudes: readonly number[] }[];
  readonly cutout: readonly (CutoutFacts & { image: number })[];
  readonly crop: readonly { top: number; left: number; image: number }[];
  readonly chain: readonly {
    image: number;
    natural_file: boolean;
    ops: readonly { name: RandAugmentName; v: number }[];
    cutout_v: number;
    cx: number;
    cy: number;
  }[];
}

const FILES = ["randaugment.safetensors", "randaugment_natural.safetensors"] as const;

const list = (data: readonly number[]): Given => ({ shape: [data.length], data });
const open = { sanitizeResources: false }; // engines stay open from test to test

/** The golden images in the order of the cases: [n,H,W,C]. */
function pick(images: GoldenTensor, indices: readonly number[]): Given {
  const [, ...rest] = images.shape;
  const size = rest.reduce((a, b) => a * b, 1);
  const data = indices.flatMap((i) => [...images.data.subarray(i * size, (i + 1) * size)]);
  return { shape: [indices.length, ...rest], data };
}

/** A test on the interpreter and the engines of a CPU, and one on a GPU. */
function augmentTest(name: string, body: (compute: Compute) => Promise<void>): void {
  goldenTest(name, () => body(everywhere), open);
  const lacking = reasonAgainstCuda === undefined ? "" : ` (skipped: ${reasonAgainstCuda})`;
  goldenTest(`${name}: ${CUDA}${lacking}`, () => body(onCuda), {
    ...open,
    ignore: reasonAgainstCuda !== undefined,
  });
}

/** Operations that multiply and add, which a GPU's compiler may make one operation of that rounds once. */
const BLENDS: readonly RandAugmentName[] = ["Brightness", "Color", "Contrast", "Sharpness"];

/** Every engine's images, one after the other, are the golden ones; on a GPU those with a blend to one grey level. */
function compare(
  results: Results,
  golden: readonly GoldenTensor[],
  { what, names = () => [] }: {
    readonly what: (index: number) => string;
    /** The operations of an image. Default: none. */
    readonly names?: (index: number) => readonly RandAugmentName[];
  },
): void {
  for (const [engine, { out }] of results) {
    let at = 0;
    for (const [index, { data }] of golden.entries()) {
      const blended = names(index).some((name) => BLENDS.includes(name));
      const tolerance = engine === CUDA && blended ? 1 : 0;
      for (const [i, expected] of data.entries()) {
        const found = out?.[at++] ?? NaN;
        ok(
          Math.abs(found - expected) <= tolerance,
          `${what(index)} on ${engine}: element ${i} is ${found}, expected ${expected}`,
        );
      }
    }
    strictEqual(out?.length, at, `number of elements on ${engine}`);
  }
}

function operationInputs(inputs: readonly PixelOperationInput[]): Record<string, Given> {
  return {
    kind: { ...list(inputs.map(({ kind }) => kind)), dtype: "int32" },
    value: list(inputs.map(({ value }) => value)),
    coefficients: {
      shape: [inputs.length, 6],
      data: inputs.flatMap(({ coefficients }) => [...coefficients]),
      dtype: "int32",
    },
  };
}

function applied(x: tf.Tensor, given: Record<string, tf.Tensor>, suffix = ""): tf.Tensor4D {
  return pixelOperation(x as tf.Tensor4D, {
    kind: given[`kind${suffix}`]!,
    value: given[`value${suffix}`]!,
    coefficients: given[`coefficients${suffix}`]!,
  });
}

function sizeOf({ shape: [, height = 0, width = 0] }: Given) {
  return { height, width };
}

/** The squares' rectangles in float64: where an edge lies on a pixel's, float32 could round it to the other side. */
function cutoutInputs(
  cuts: readonly CutoutFacts[],
  size: { height: number; width: number },
): Record<string, Given> {
  const rectangles = cuts.map(({ v, cx, cy }) =>
    usbRectangle({ side: v * size.width, centreX: cx, centreY: cy }, size)
  );
  return {
    left: list(rectangles.map(({ left }) => left)),
    right: list(rectangles.map(({ right }) => right)),
    top: list(rectangles.map(({ top }) => top)),
    bottom: list(rectangles.map(({ bottom }) => bottom)),
  };
}

function cut(x: tf.Tensor, given: Record<string, tf.Tensor>): tf.Tensor4D {
  const { left, right, top, bottom } = given as Record<string, tf.Tensor1D>;
  return cutoutAt(x as tf.Tensor4D, {
    left: left!,
    right: right!,
    top: top!,
    bottom: bottom!,
  });
}

for (const file of FILES) {
  augmentTest(`pixelOperation() golden: operations and magnitudes of ${file}`, async (compute) => {
    const golden = await goldenTensors(file);
    const { ops } = await goldenJson<Facts>("randaugment.json");
    const images = golden.get("images")!;
    const count = images.shape[0]!;
    const cases = ops.flatMap(({ name, magnitudes }) =>
      magnitudes.map((magnitude, k) => ({
        name,
        magnitude,
        golden: golden.get(`op.${name}.${k}`)!,
      }))
    );
    ok(cases.length > 0);
    const every = Array.from({ length: count }, (_, i) => i);
    const results = await compute(
      {
        x: pick(images, cases.flatMap(() => every)),
        ...operationInputs(
          cases.flatMap((one) => every.map(() => randAugmentInput(one, sizeOf(images)))),
        ),
      },
      (given) => ({ out: applied(given.x!, given) }),
    );
    compare(
      results,
      cases.map((one) => one.golden),
      {
        what: (i) => `${cases[i]!.name} ${cases[i]!.magnitude}`,
        names: (i) => [cases[i]!.name],
      },
    );
  });
}

augmentTest("randAugment() golden: whole chains with their cut-outs", async (compute) => {
  const { chain } = await goldenJson<Facts>("randaugment.json");
  ok(chain.length > 0);
  const files = await Promise.all(FILES.map((file) => goldenTensors(file)));
  const [synthetic, natural] = files.map((golden) => golden.get("images")!);
  const ownCount = synthetic!.shape[0]!;
  const pictures = chain.map(({ image, natural_file }) =>
    natural_file ? pick(natural!, [image - ownCount]) : pick(synthetic!, [image])
  );
  const x = {
    shape: [chain.length, ...pictures[0]!.shape.slice(1)],
    data: pictures.flatMap(({ data }) => Array.from(data)),
  };
  const count = chain[0]!.ops.length;
  const given: Record<string, Given> = {
    x,
    ...cutoutInputs(chain.map(({ cutout_v, cx, cy }) => ({ v: cutout_v, cx, cy })), sizeOf(x)),
  };
  for (let turn = 0; turn < count; turn++) {
    const inputs = operationInputs(
      chain.map(({ ops }) => {
        const { name, v } = ops[turn]!;
        return randAugmentInput({ name, magnitude: v }, sizeOf(x));
      }),
    );
    for (const [name, input] of Object.entries(inputs)) given[`${name}${turn}`] = input;
  }
  const results = await compute(given, (tensors) => {
    let out = tensors.x!;
    for (let turn = 0; turn < count; turn++) out = applied(out, tensors, `${turn}`);
    return { out: cut(out, tensors) };
  });
  compare(
    results,
    chain.map(({ natural_file }, i) => files[natural_file ? 1 : 0]!.get(`chain.${i}`)!),
    { what: (i) => `chain ${i}`, names: (i) => chain[i]!.ops.map(({ name }) => name) },
  );
});

augmentTest("cropAt() golden: reflected windows, pixel by pixel", async (compute) => {
  const golden = await goldenTensors("randaugment.safetensors");
  const { crop } = await goldenJson<Facts>("randaugment.json");
  ok(crop.length > 0);
  const given = {
    x: pick(golden.get("images")!, crop.map(({ image }) => image)),
    top: list(crop.map(({ top }) => top)),
    left: list(crop.map(({ left }) => left)),
  };
  const results = await compute(given, ({ x, top, left }) => ({
    out: cropAt(x as tf.Tensor4D, {
      top: top as tf.Tensor1D,
      left: left as tf.Tensor1D,
      padding: 4,
    }),
  }));
  compare(results, crop.map((_, i) => golden.get(`crop.${i}`)!), { what: (i) => `crop ${i}` });
});

augmentTest("cropAt() golden: mirrored images", async (compute) => {
  const golden = await goldenTensors("randaugment.safetensors");
  const x = golden.get("images")!;
  const still = list(new Array<number>(x.shape[0]!).fill(0));
  const results = await compute({ x, still }, ({ x, still }) => ({
    out: cropAt(x as tf.Tensor4D, {
      top: still as tf.Tensor1D,
      left: still as tf.Tensor1D,
      padding: 0,
      mirrored: still!.equal(0) as tf.Tensor1D,
    }),
  }));
  compare(results, [golden.get("hflip")!], { what: () => "mirrored" });
});

augmentTest(
  "cutoutAt() golden: every edge case of the reference, pixel by pixel",
  async (compute) => {
    const golden = await goldenTensors("randaugment.safetensors");
    const { cutout } = await goldenJson<Facts>("randaugment.json");
    const x = pick(golden.get("images")!, cutout.map(({ image }) => image));
    const results = await compute(
      { x, ...cutoutInputs(cutout, sizeOf(x)) },
      (given) => ({ out: cut(given.x!, given) }),
    );
    compare(results, cutout.map((_, i) => golden.get(`cutout.${i}`)!), {
      what: (i) => `cut-out ${i}`,
    });
  },
);

augmentTest("normalise() golden: both data sets", async (compute) => {
  const golden = await goldenTensors("randaugment.safetensors");
  const x = pick(golden.get("images")!, [0]);
  for (const dataset of ["cifar-10", "cifar-100"]) {
    const name = dataset.replace("-", "");
    const norm = datasetFacts(dataset)!.normalisation;
    const expected = golden.get(`norm.${name}`)!;
    strictEqual(expected.shape.length, 4);
    const results = await compute({ x }, ({ x }) => ({
      out: normalise(x as tf.Tensor4D, norm),
    }));
    for (const [engine, { out }] of results) {
      const what = `${name} on ${engine}`;
      assertClose(out!, channelsLast(expected).data, { tolerance: 1e-6, what });
    }
  }
});
