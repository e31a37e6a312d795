import { deepStrictEqual, notDeepStrictEqual, ok } from "node:assert/strict";
import { initialValues } from "../../src/nets/initialise.ts";

const KERNEL = {
  name: "conv1.weight",
  shape: [3, 3, 16, 64],
  initialiser: { kind: "kaiming-normal-fan-out" },
} as const;

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}

Deno.test("initialValues() are a pure function of seed and name", () => {
  deepStrictEqual(initialValues(KERNEL, 0), initialValues(KERNEL, 0));
  notDeepStrictEqual(initialValues(KERNEL, 0), initialValues(KERNEL, 1));
  notDeepStrictEqual(
    initialValues(KERNEL, 0),
    initialValues({ ...KERNEL, name: "conv2.weight" }, 0),
  );
});

Deno.test("initialValues() have the stated deviations", () => {
  const kernel = moments(initialValues(KERNEL, 3));
  ok(Math.abs(kernel.deviation / Math.sqrt(2 / (9 * 64)) - 1) < 0.03);
  ok(Math.abs(kernel.mean) < 0.002);
  const linear = moments(
    initialValues({ name: "w", shape: [128, 100], initialiser: { kind: "xavier-normal" } }, 3),
  );
  ok(Math.abs(linear.deviation / Math.sqrt(2 / 228) - 1) < 0.03);
});

Deno.test("initialValues() fill their range, and constants are constants", () => {
  const uniform = initialValues(
    { name: "b", shape: [2000], initialiser: { kind: "uniform", bound: 0.5 } },
    3,
  );
  ok(uniform.every((value) => value >= -0.5 && value < 0.5));
  ok(Math.max(...uniform) > 0.49 && Math.min(...uniform) < -0.49);
  const constant = (kind: "zeros" | "ones") =>
    initialValues({ name: "c", shape: [2], initialiser: { kind } }, 3);
  deepStrictEqual([...constant("zeros"), ...constant("ones")], [0, 0, 1, 1]);
});
