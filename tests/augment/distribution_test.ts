/** Draws of the augmentation against what USB's generators would give: fixed keys, bounds of 4.5 standard deviations. */
import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok } from "node:assert/strict";
import { augment } from "../../src/augment/augment.ts";
import { drawSquares, rectanglesOf } from "../../src/augment/cutout.ts";
import { drawnInputs, drawOperations, RANDAUGMENT_NAMES } from "../../src/augment/randaugment.ts";
import { PIXEL_OPERATIONS } from "../../src/tensor/pixel_operation.ts";
import { runRecorded } from "../run_recorded.ts";
import { assertDistributed, binned, drawn, even, N } from "./distributed.ts";
import { usbRectangle } from "./usb_rectangle.ts";

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
      usbRectangle(square, size),
    );
  }
  const none = drawn(() => {
    const [side, centreX, centreY] = [0, 9, 9].map((value) => tf.tensor1d([value]));
    const rectangle = rectanglesOf({ side: side!, centreX: centreX!, centreY: centreY! }, size);
    return { ...rectangle };
  });
  ok(none.right![0]! < none.left![0]! && none.bottom![0]! < none.top![0]!);
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

/** Both edges of USB's cut-out along an axis of `size` pixels, by integration: P(first, last), row-major [size, size + 1]. */
function edgeProbabilities(size: number): number[] {
  const grid = 1500;
  const probabilities = new Array<number>(size * (size + 1)).fill(0);
  for (let i = 0; i < grid; i++) {
    for (let j = 0; j < grid; j++) {
      const side = (i + 0.5) / grid * size / 2;
      const centre = 1 + (j + 0.5) / grid * (size - 1);
      const first = Math.floor(Math.max(0, centre - side / 2));
      const last = Math.floor(Math.min(size, first + side));
      probabilities[first * (size + 1) + last]! += 1 / grid ** 2;
    }
  }
  return probabilities;
}

Deno.test("rectanglesOf() puts edges where USB's squares have them, in their exact proportions", () => {
  const size = { height: 16, width: 16 };
  const { left, right, top, bottom } = drawn((draw) => {
    const squares = drawSquares(tf.zeros([N, 16, 16, 1]), { fraction: 0.5, draw });
    return { ...rectanglesOf(squares, size) };
  }, [4, 21]);
  const probabilities = edgeProbabilities(16);
  // χ² needs cells that are expected a few times: rare ones, if there are any, count as one.
  const common = probabilities.flatMap((p, i) => p * N >= 10 ? [i] : []);
  const rare = probabilities.reduce((sum, p) => sum + (p * N >= 10 ? 0 : p), 0);
  const check = (first: Float64Array, last: Float64Array, what: string) =>
    assertDistributed(
      Array.from(first, (value, i) => {
        const cell = common.indexOf(value * 17 + last[i]!);
        return cell < 0 ? common.length : cell;
      }),
      {
        probabilities: [...common.map((i) => probabilities[i]!), ...(rare > 0 ? [rare] : [])],
        what,
      },
    );
  check(left!, right!, "columns");
  check(top!, bottom!, "rows");
});

Deno.test("augment() mirrors independently in the weak and the strong view and from step to step", () => {
  const n = 4000;
  const data = Float32Array.from({ length: n * 4 }, (_, i) => i % 2);
  const flips = (view: "labelled" | "weak" | "strong", key: readonly [number, number]) => {
    const { out } = runRecorded({
      x: { shape: [n, 2, 2, 1], data },
      key: { shape: [2], data: key, dtype: "int32" },
    }, ({ x, key }) => ({
      out: augment(x as tf.Tensor4D, { pipeline: "crop(0)|flip", view, key: key as tf.Tensor1D }),
    }));
    return Array.from({ length: n }, (_, i) => out![i * 4]!);
  };
  const first = flips("weak", [0, 5]);
  const others = {
    strong: flips("strong", [0, 5]),
    labelled: flips("labelled", [0, 5]),
    "next step": flips("weak", [0, 6]),
    "next seed": flips("weak", [1, 5]),
  };
  for (const [what, other] of Object.entries(others)) {
    assertDistributed(first.map((flip, i) => 2 * flip + other[i]!), {
      probabilities: even(4),
      what,
    });
  }
});
