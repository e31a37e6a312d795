/** The views of ACR, SimPro and CoSSL: draws against their exact distributions, pixels against what the operations say. */
import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { augment } from "../../src/augment/augment.ts";
import { drawHoles } from "../../src/augment/hole.ts";
import { normalise } from "../../src/augment/normalise.ts";
import { COSSL_NAMES, cosslEntry, cosslOperations } from "../../src/augment/randaugment_cossl.ts";
import { mcOperations } from "../../src/augment/randaugment_mc.ts";
import { datasetFacts } from "../../src/data/datasets.ts";
import { pixelOperation } from "../../src/tensor/ops.ts";
import { PIXEL_OPERATIONS, type PixelOperationName } from "../../src/tensor/pixel_operation.ts";
import { runRecorded } from "../run_recorded.ts";
import { assertDistributed, drawn, even, N } from "./distributed.ts";
import { everywhere } from "./everywhere.ts";

const SIZE = { height: 32, width: 32 };
const KINDS = Object.keys(PIXEL_OPERATIONS) as PixelOperationName[];

/** Asserts that words come up with these probabilities. */
function assertWords(
  words: readonly string[],
  { expected, what }: {
    readonly expected: Readonly<Record<string, number>>;
    readonly what: string;
  },
): void {
  const known = Object.keys(expected);
  for (const word of words) ok(known.includes(word), `${what}: ${word}`);
  const probabilities = Object.values(expected);
  assertDistributed(words.map((word) => known.indexOf(word)), { probabilities, what });
}

/** Equal shares of words; a word that is there twice has two of them. */
function shares(words: readonly string[]): Record<string, number> {
  const expected: Record<string, number> = {};
  for (const word of words) expected[word] = (expected[word] ?? 0) + 1 / words.length;
  return expected;
}

Deno.test("mcOperations() does half of the operations, at levels 1 … 9 of 10, with either sign", () => {
  const { kind, value, coefficients } = drawn((draw) => ({ ...mcOperations(SIZE)(N, draw) }));
  const named = Array.from(kind!, (code) => KINDS[code]!);
  const once = 0.5 / 14;
  assertWords(named, {
    expected: {
      identity: 0.5 + once,
      affine: 5 * once,
      ...Object.fromEntries(
        KINDS.filter((name) => name !== "identity" && name !== "affine")
          .map((name) => [name, once]),
      ),
    },
    what: "kinds",
  });
  const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const values = (name: PixelOperationName, digits = 3) =>
    named.flatMap((other, i) => other === name ? [value![i]!.toFixed(digits)] : []);
  for (const name of ["brightness", "color", "contrast", "sharpness"] as const) {
    const expected = shares(levels.map((level) => (0.09 * level + 0.05).toFixed(3)));
    assertWords(values(name), { expected, what: name });
  }
  assertWords(values("posterize", 0), {
    expected: shares(["4", "4", "5", "5", "6", "6", "6", "7", "7"]),
    what: "posterize",
  });
  assertWords(values("solarize", 0), {
    expected: shares(["231", "205", "180", "154", "128", "103", "77", "52", "26"]),
    what: "solarize",
  });
  const affine = named.flatMap((name, i) =>
    name === "affine" ? [Array.from(coefficients!.subarray(6 * i, 6 * i + 6))] : []
  );
  const turned = affine.filter(([a]) => a !== 65536)
    .map((row) => `${Math.round(Math.asin(row[3]! / 65536) * 180 / Math.PI)}`);
  assertWords(turned, {
    expected: shares(levels.flatMap((level) => [`${3 * level}`, `${-3 * level}`])),
    what: "Rotate, degrees",
  });
  const moved = affine.filter(([a, b, , d, , f]) => a === 65536 && !b && !d && f === 32768)
    .map((row) => `${(row[2]! - 32768) / 65536}`);
  // A level of 1 moves by no pixel, along either axis.
  const shifts = levels.flatMap((level) => [`${level - 1}`, `${1 - level || 0}`]);
  assertWords(moved, { expected: shares([...shifts, "0", "0"]), what: "TranslateX, pixels" });
});

Deno.test("cosslOperations() draws 16 operations evenly, with either sign where they have one", () => {
  const found = drawn((draw) => ({ ...cosslOperations(SIZE)(N, draw) }));
  const words = Array.from(found.kind!, (code, i) => {
    const name = KINDS[code]!;
    return [name, found.value![i]!.toFixed(1), found.added![i], found.side![i]!.toFixed(2)].join(
      " ",
    );
  });
  const one = 1 / 16;
  const kinds = words.map((word) => word.startsWith("affine") ? "affine" : word);
  assertWords(kinds, {
    expected: {
      "autocontrast 0.0 0 0.00": one,
      "equalize 0.0 0 0.00": one,
      "solarize 0.0 0 0.00": one, // Invert
      "brightness 0.0 0 0.00": one, // Posterize to no bits
      "solarize 34.1 0 0.00": one,
      "solarize 128.0 14 0.00": one, // SolarizeAdd
      "color 0.3 0 0.00": one,
      "contrast 0.3 0 0.00": one,
      "brightness 0.3 0 0.00": one,
      "sharpness 0.3 0 0.00": one,
      "identity 0.0 0 5.33": one, // CutoutAbs
      affine: 5 * one,
    },
    what: "operations",
  });
  const affine = Array.from(found.kind!).flatMap((code, i) =>
    KINDS[code] === "affine" ? [[...found.coefficients!.subarray(6 * i, 6 * i + 6)].join()] : []
  );
  const expected = shares(
    (["Rotate", "ShearX", "ShearY", "TranslateXabs", "TranslateYabs"] as const).flatMap((name) =>
      ([1, -1] as const).map((sign) => cosslEntry({ name, sign }, SIZE).input.coefficients.join())
    ),
  );
  strictEqual(Object.keys(expected).length, 10);
  assertWords(affine, { expected, what: "affine" });
});

Deno.test("cosslEntry() inverts, blackens and solarises as CoSSL does at level 4 of 30", () => {
  const ramp = Float32Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const result = (name: (typeof COSSL_NAMES)[number]) => {
    const { input, added } = cosslEntry({ name, sign: 1 }, { height: 16, width: 16 });
    const { out } = runRecorded({
      x: { shape: [1, 16, 16, 3], data: ramp.map((value) => Math.min(255, value + added)) },
      kind: { shape: [1], data: [input.kind], dtype: "int32" },
      value: { shape: [1], data: [input.value] },
      coefficients: { shape: [1, 6], data: [...input.coefficients], dtype: "int32" },
    }, ({ x, kind, value, coefficients }) => ({
      out: pixelOperation(x as tf.Tensor4D, {
        kind: kind!,
        value: value!,
        coefficients: coefficients!,
      }),
    }));
    return Array.from({ length: 256 }, (_, i) => out![3 * i]);
  };
  const levels = Array.from({ length: 256 }, (_, i) => i);
  deepStrictEqual(result("Invert"), levels.map((v) => 255 - v));
  deepStrictEqual(result("Posterize"), levels.map(() => 0));
  deepStrictEqual(result("Solarize"), levels.map((v) => v < 35 ? v : 255 - v));
  const brighter = levels.map((v) => Math.min(255, v + 14));
  deepStrictEqual(result("SolarizeAdd"), brighter.map((v) => v < 128 ? v : 255 - v));
  deepStrictEqual(result("Brightness"), levels.map((v) => Math.floor(Math.fround(0.34) * v)));
});

Deno.test("drawHoles() draws centres evenly and clips the square at the borders", () => {
  const { left, right, top, bottom } = drawn((draw) => ({
    ...drawHoles(tf.zeros([N, 32, 32, 3]), { side: 16, draw }),
  }));
  const edges = (first: Float64Array, last: Float64Array) =>
    Array.from(first, (value, i) => `${value} ${last[i]}`);
  const expected = shares(
    Array.from({ length: 32 }, (_, c) => `${Math.max(0, c - 8)} ${Math.min(32, c + 8) - 1}`),
  );
  assertWords(edges(left!, right!), { expected, what: "columns" });
  assertWords(edges(top!, bottom!), { expected, what: "rows" });
});

Deno.test("augment() makes holes that ImageNet-127's normalisation turns into 0", () => {
  const n = 40;
  const { normalisation } = datasetFacts("imagenet-127-32")!;
  const data = new Float32Array(n * 32 * 32 * 3).fill(200);
  const { out } = runRecorded({
    x: { shape: [n, 32, 32, 3], data },
    key: { shape: [2], data: [1, 2], dtype: "int32" },
  }, ({ x, key }) => {
    const view = { pipeline: "hole", view: "strong", key: key as tf.Tensor1D } as const;
    return { out: normalise(augment(x as tf.Tensor4D, view), normalisation) };
  });
  for (let i = 0; i < n; i++) {
    const lost = out!.subarray(i * 3072, (i + 1) * 3072).filter((value) => Math.abs(value) < 1e-5);
    ok(lost.length >= 3 * 8 * 8 && lost.length <= 3 * 16 * 16, `${lost.length}`);
  }
});

Deno.test("augment() draws all windows of a crop with a black border evenly, and half of them mirrored", () => {
  const [n, size] = [6000, 8];
  const data = Float32Array.from({ length: n * size * size }, (_, i) => 1 + i % (size * size));
  const { out } = runRecorded({
    x: { shape: [n, size, size, 1], data },
    key: { shape: [2], data: [5, 3], dtype: "int32" },
  }, ({ x, key }) => {
    const view = { pipeline: "crop(zero)|flip", view: "weak", key: key as tf.Tensor1D } as const;
    return { out: augment(x as tf.Tensor4D, view) };
  });
  const windows = Array.from({ length: n }, (_, i) => {
    const [left, right] = [3, 4].map((column) => out![i * 64 + 3 * size + column]! - 1);
    const mirrored = Number(right! < left!);
    const source = mirrored ? right! : left!;
    return mirrored * 9 + (Math.floor(source / size) - 2) * 3 + (source % size - 2);
  });
  assertDistributed(windows, { probabilities: even(18), what: "windows" });
});

Deno.test({
  name: "augment() makes CoSSL's and ACR's views alike on every engine",
  sanitizeResources: false, // engines stay open
}, async () => {
  const shape = [48, 32, 32, 3];
  const data = Float32Array.from({ length: 48 * 3072 }, (_, i) => (i * 2_654_435_761 >>> 24) % 256);
  for (const pipeline of ["cossl", "crop(zero)|flip|randaugmentmc"]) {
    const results = await everywhere(
      { x: { shape, data }, key: { shape: [2], data: [3, 4], dtype: "int32" } },
      ({ x, key }) => ({
        out: augment(x as tf.Tensor4D, { pipeline, view: "strong", key: key as tf.Tensor1D }),
      }),
    );
    const expected = results.get("interpreter")!.out!;
    for (const [engine, { out }] of results) {
      for (let i = 0; i < expected.length; i++) {
        const off = Math.abs(out![i]! - expected[i]!);
        ok(off < 1e-4, `${pipeline} on ${engine}: element ${i} is ${out![i]}, not ${expected[i]}`);
      }
    }
  }
});
