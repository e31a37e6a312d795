/** Draws of the augmentation against what USB's generators would give: fixed keys, bounds of 4.5 standard deviations. */
import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok } from "node:assert/strict";
import { augment } from "../../src/augment/augment.ts";
import { drawSquares, rectangleOf, rectanglesOf } from "../../src/augment/cutout.ts";
import { drawnInputs, drawOperations, RANDAUGMENT_NAMES } from "../../src/augment/randaugment.ts";
import { randomUniform } from "../../src/tensor/ops.ts";
import { PIXEL_OPERATIONS } from "../../src/tensor/pixel_operation.ts";
import { runRecorded } from "../run_recorded.ts";

const N = 20_000;

/** Runs a body that draws, for one key. */
function drawn(
  body: (draw: (shape: readonly number[]) => tf.Tensor) => Record<string, tf.Tensor>,
  key: readonly [number, number] = [11, 7],
): Record<string, Float64Array> {
  const given = { key: { shape: [2], data: key, dtype: "int32" as const } };
  return runRecorded(given, ({ key }) => {
    let stream = 0;
    return body((shape) => randomUniform(key!, { stream: stream++, shape }));
  });
}

/** Asserts that counts are as if drawn with these probabilities: χ² within 4.5 standard deviations of its mean. */
function assertDistributed(
  values: Iterable<number>,
  { probabilities, what }: { readonly probabilities: readonly number[]; readonly what: string },
): void {
  const counts = new Array<number>(probabilities.length).fill(0);
  let total = 0;
  for (const value of values) {
    ok(value in counts, `${what}: ${value}`);
    counts[value]!++;
    total++;
  }
  const chiSquare = counts.reduce((sum, count, i) => {
    const expected = total * probabilities[i]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const freedom = counts.length - 1;
  const spread = 4.5 * Math.sqrt(2 * freedom);
  ok(
    Math.abs(chiSquare - freedom) < spread,
    `${what}: χ² ${chiSquare} for ${freedom} degrees of freedom`,
  );
}

function even(count: number): number[] {
  return new Array<number>(count).fill(1 / count);
}

/** Numbers of equal bins of [low, high). */
function binned(
  values: Iterable<number>,
  { low, high, bins }: { low: number; high: number; bins: number },
): number[] {
  return Array.from(values, (value) => Math.floor((value - low) / (high - low) * bins));
}

Deno.test("drawOperations() draws the 14 operations evenly and with replacement", () => {
  const turns = drawn((draw) => ({
    first: drawOperations(N, draw).operation,
    second: drawOperations(N, draw).operation,
  }));
  const count = RANDAUGMENT_NAMES.length;
  ok(count === 14);
  assertDistributed(turns.first!, { probabilities: even(14), what: "first" });
  assertDistributed(turns.second!, { probabilities: even(14), what: "second" });
  const pairs = Array.from(turns.first!, (first, i) => first * count + turns.second![i]!);
  assertDistributed(pairs, { probabilities: even(count * count), what: "pairs" });
});

/** Kernel inputs of one operation, drawn N times. */
function magnitudes(name: (typeof RANDAUGMENT_NAMES)[number]): Record<string, Float64Array> {
  return drawn((draw) => {
    const operation = tf.fill([N], RANDAUGMENT_NAMES.indexOf(name), "int32") as tf.Tensor1D;
    const strength = draw([N]) as tf.Tensor1D;
    return drawnInputs({ operation, strength }, { height: 32, width: 32 });
  });
}

Deno.test("drawnInputs() spreads factors and thresholds evenly over their ranges", () => {
  const cases = [
    ["Brightness", 0.05, 0.95],
    ["Color", 0.05, 0.95],
    ["Contrast", 0.05, 0.95],
    ["Sharpness", 0.05, 0.95],
    ["Solarize", 0, 256],
  ] as const;
  for (const [name, low, high] of cases) {
    const { value } = magnitudes(name);
    const bins = binned(value!, { low, high, bins: 40 });
    assertDistributed(bins, { probabilities: even(40), what: name });
  }
  const bits = Array.from(magnitudes("Posterize").value!, (value) => value - 4);
  assertDistributed(bits, { probabilities: even(4), what: "Posterize" });
});

Deno.test("drawnInputs() spreads slopes, angles and shifts evenly over their ranges", () => {
  const column = (name: Parameters<typeof magnitudes>[0], index: number) =>
    Array.from({ length: N }, (_, i) => magnitudesOf(name).coefficients![6 * i + index]! / 65536);
  const known = new Map<string, Record<string, Float64Array>>();
  const magnitudesOf = (name: Parameters<typeof magnitudes>[0]) => {
    if (!known.has(name)) known.set(name, magnitudes(name));
    return known.get(name)!;
  };
  const cases = [
    ["ShearX", column("ShearX", 1), 0.3],
    ["ShearY", column("ShearY", 3), 0.3],
    ["TranslateX", column("TranslateX", 2).map((c) => c - 0.5), 0.3 * 32],
    ["TranslateY", column("TranslateY", 5).map((f) => f - 0.5), 0.3 * 32],
    [
      "Rotate",
      column("Rotate", 3).map((sine) => Math.asin(sine) * 180 / Math.PI),
      30,
    ],
  ] as const;
  for (const [name, values, limit] of cases) {
    const bins = binned(values, { low: -limit, high: limit, bins: 32 });
    assertDistributed(bins, { probabilities: even(32), what: name });
  }
});

Deno.test("drawnInputs() gives each operation its kind", () => {
  const { kind, operation } = drawn((draw) => {
    const chosen = drawOperations(1000, draw);
    const { kind } = drawnInputs(chosen, { height: 32, width: 32 });
    return { kind, operation: chosen.operation };
  });
  for (const [i, code] of kind!.entries()) {
    const name = RANDAUGMENT_NAMES[operation![i]!]!.toLowerCase();
    const own = name in PIXEL_OPERATIONS ? name : "affine";
    ok(code === PIXEL_OPERATIONS[own as keyof typeof PIXEL_OPERATIONS], name);
  }
});

Deno.test("drawSquares() draws sides in [0, half the width) and centres in (1, width]", () => {
  const { side, x, y } = drawn((draw) => {
    const images = tf.zeros([N, 24, 32, 1]) as tf.Tensor4D;
    const square = drawSquares(images, { fraction: 0.5, draw });
    return { side: square.side, x: square.centreX, y: square.centreY };
  });
  const check = (values: Iterable<number>, low: number, high: number, what: string) =>
    assertDistributed(binned(values, { low, high, bins: 50 }), { probabilities: even(50), what });
  check(side!, 0, 16, "side");
  check(Array.from(x!, (value) => 33 - value), 1, 32, "columns"); // (1, 32] to [1, 32)
  check(Array.from(y!, (value) => 25 - value), 1, 24, "rows");
});

Deno.test("rectanglesOf() gives what float64 gives", () => {
  const size = { height: 24, width: 32 };
  const drawnOnes = drawn((draw) => {
    const squares = drawSquares(tf.zeros([2000, 24, 32, 1]), { fraction: 0.5, draw });
    return { ...squares, ...rectanglesOf(squares, size) };
  });
  const { side, centreX, centreY, left, right, top, bottom } = drawnOnes;
  for (let i = 0; i < 2000; i++) {
    const square = { side: side![i]!, centreX: centreX![i]!, centreY: centreY![i]! };
    deepStrictEqual(
      { left: left![i], right: right![i], top: top![i], bottom: bottom![i] },
      rectangleOf(square, size),
    );
  }
  const none = rectangleOf({ side: 0, centreX: 9, centreY: 9 }, size);
  ok(none.right < none.left && none.bottom < none.top);
});

Deno.test("augment() draws all windows of a crop evenly, and half of them mirrored", () => {
  const [n, size] = [8000, 8];
  const data = Float32Array.from({ length: n * size * size }, (_, i) => i % (size * size));
  const { out } = runRecorded({
    x: { shape: [n, size, size, 1], data },
    key: { shape: [2], data: [5, 3], dtype: "int32" },
  }, ({ x, key }) => ({
    out: augment(x as tf.Tensor4D, {
      pipeline: "crop(0.25)|flip",
      view: "strong",
      key: key as tf.Tensor1D,
    }),
  }));
  // Rows and columns in the middle are never reflected: position of the pixel that lands on row 3, column 3 or 4.
  const windows = Array.from({ length: n }, (_, i) => {
    const [left, right] = [3, 4].map((column) => out![i * 64 + 3 * size + column]!);
    const mirrored = Number(right! < left!);
    const source = mirrored ? right! : left!;
    return mirrored * 25 + (Math.floor(source / size) - 1) * 5 + (source % size - 1);
  });
  assertDistributed(windows, { probabilities: even(50), what: "windows" });
});
