import type * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { augment, type AugmentOptions } from "../../src/augment/augment.ts";
import { assertClose, goldenTensors, goldenTest } from "../golden.ts";
import { runRecorded } from "../run_recorded.ts";

const SHAPE = [3, 8, 8, 3];
const PIXELS = Float32Array.from({ length: 3 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256);

function view(
  options: Partial<Omit<AugmentOptions, "key">>,
  { key = [0, 0], data = PIXELS, shape = SHAPE }: {
    key?: readonly number[];
    data?: ArrayLike<number>;
    shape?: readonly number[];
  } = {},
): Float64Array {
  const given = { x: { shape, data }, key: { shape: [2], data: key, dtype: "int32" as const } };
  return runRecorded(given, ({ x, key }) => ({
    out: augment(x as tf.Tensor4D, {
      pipeline: "simple",
      view: "weak",
      ...options,
      key: key as tf.Tensor1D,
    }),
  })).out!;
}

Deno.test("augment() is a pure function of key and view", () => {
  const first = view({}, { key: [3, 5] });
  deepStrictEqual(view({}, { key: [3, 5] }), first);
  notDeepStrictEqual(view({}, { key: [3, 6] }), first);
  notDeepStrictEqual(view({}, { key: [4, 5] }), first);
  notDeepStrictEqual(view({ view: "strong" }, { key: [3, 5] }), first);
});

Deno.test("augment() stays within the range of pixels", () => {
  for (let step = 0; step < 5; step++) {
    ok(view({}, { key: [1, step] }).every((value) => value >= 0 && value <= 255));
  }
});

Deno.test("augment() leaves images as they are for an empty pipeline", () => {
  deepStrictEqual([...view({ pipeline: "plain" })], [...PIXELS]);
});

Deno.test("augment() flips every image at probability 1, and twice is none", () => {
  const mirrored = view({ pipeline: "flip(1)" });
  const row = (data: ArrayLike<number>) => Array.from({ length: 8 }, (_, x) => data[x * 3]!);
  deepStrictEqual(row(mirrored), row(PIXELS).reverse());
  deepStrictEqual([...view({ pipeline: "flip(1)|flip(1)" })], [...PIXELS]);
});

Deno.test("augment() with neutral factors and no padding changes nothing", () => {
  const pipeline = "crop(0)|flip(0)|brightness(1,1)|contrast(1,1)|color(1,1)|cutout(0)";
  assertClose(view({ pipeline }), PIXELS, { tolerance: 1e-9, what: "pixels" });
});

Deno.test("augment() keeps a plain grey image's value under crop, flip, contrast and colour", () => {
  const data = new Float32Array(PIXELS.length).fill(100);
  const out = view({ pipeline: "crop|flip|contrast(0,2)|color(0,2)" }, { data });
  assertClose(out, data, { tolerance: 1e-5, what: "pixels" });
});

Deno.test("augment() covers all crops and about half of the flips", () => {
  const n = 400;
  const data = Float32Array.from({ length: n * 16 }, (_, i) => i % 16); // 4 × 4, padding 1
  const shape = [n, 4, 4, 1];
  const crops = view({ pipeline: "crop(0.25)" }, { data, shape });
  const seen = new Set(Array.from({ length: n }, (_, i) => crops[i * 16 + 5]));
  deepStrictEqual([...seen].sort((a, b) => a! - b!), [0, 1, 2, 4, 5, 6, 8, 9, 10]);
  const flips = view({ pipeline: "flip" }, { data, shape });
  const flipped = Array.from({ length: n }, (_, i) => flips[i * 16]).filter((v) => v === 3).length;
  ok(flipped > 150 && flipped < 250);
});

Deno.test("augment() crops out of a black border for crop(zero)", () => {
  const n = 200;
  const data = new Float32Array(n * 64).fill(9);
  const out = view({ pipeline: "crop(0.25,zero)" }, { data, shape: [n, 8, 8, 1] });
  const heights = new Set<number>();
  for (let image = 0; image < n; image++) {
    const pixels = out.subarray(image * 64, (image + 1) * 64);
    const lines = (step: number, other: number) =>
      Array.from(
        { length: 8 },
        (_, i) =>
          Array.from({ length: 8 }, (_, j) => pixels[i * step + j * other]!).some((v) => v === 9),
      );
    const [rows, columns] = [lines(8, 1), lines(1, 8)];
    ok(pixels.every((value, i) => value === (rows[i >> 3] && columns[i % 8] ? 9 : 0)));
    ok(rows.filter(Boolean).length >= 6 && columns.filter(Boolean).length >= 6);
    heights.add(rows.indexOf(true) - (7 - rows.lastIndexOf(true)));
  }
  deepStrictEqual([...heights].sort((a, b) => a - b), [-2, -1, 0, 1, 2]);
});

Deno.test("augment() mirrors alike whether flip follows crop or stands alone", () => {
  const joined = view({ pipeline: "crop|flip" }, { key: [2, 9] });
  const apart = view({ pipeline: "crop|flip(0)" }, { key: [2, 9] });
  const rows = (data: Float64Array) =>
    new Set(
      [...data].map((_, i) =>
        i % 24 ? "" : `${data.subarray(i, i + 24).filter((_, j) => j % 3 === 0)}`
      ),
    );
  const mirrored = (row: string) => row.split(",").reverse().join();
  for (const row of rows(joined)) {
    ok(row === "" || rows(apart).has(row) || rows(apart).has(mirrored(row)));
  }
});

Deno.test("augment() keeps whole pixels of 0 … 255 under RandAugment, of either kind", () => {
  const data = Float32Array.from({ length: 40 * 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
  for (const pipeline of ["randaugment", "crop(zero)|flip|randaugmentmc"]) {
    const out = view({ pipeline, view: "strong" }, { data, shape: [40, 16, 16, 3] });
    ok(out.every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
    ok(out.some((value, i) => value !== data[i]));
  }
});

Deno.test("augment() cuts a grey square of half the width and one pixel with randaugmentmc", () => {
  const data = new Float32Array(60 * 16 * 16 * 3).fill(200);
  const out = view({ pipeline: "randaugmentmc(0)" }, { data, shape: [60, 16, 16, 3] });
  const sizes = Array.from(
    { length: 60 },
    (_, i) => out.subarray(i * 768, (i + 1) * 768).filter((value) => value === 127).length / 3,
  );
  strictEqual(Math.max(...sizes), 81); // 9 × 9: both ends are filled
  ok(out.every((value) => value === 127 || value === 200));
});

goldenTest("augment() golden: mirrored images", async () => {
  const golden = await goldenTensors("randaugment.safetensors");
  const { shape, data } = golden.get("images")!;
  const out = view({ pipeline: "flip(1)" }, { shape, data });
  deepStrictEqual([...out], [...golden.get("hflip")!.data]);
});
