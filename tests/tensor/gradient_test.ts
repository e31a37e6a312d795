import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { KERNELS } from "../../src/tensor/kernels.ts";
import { interpret, record } from "../../src/tensor/mod.ts";
import { assertClose } from "./compare.ts";
import { gradientCases, gradientOf, variablesOf } from "./gradient_cases.ts";
import { hostValues } from "./kernel_case.ts";

/** Kernels with a gradient in TensorFlow.js that is not compared, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["ArgMax", "ArgMin", "GreaterEqual", "IsFinite", "IsInf", "IsNan", "OneHot"]
      .map((kernel) => [kernel, "no slope: whole numbers or truth values go in or come out"]),
  ),
  FloorDiv: "refused: TensorFlow.js gives it the gradient of RealDiv, which is wrong",
  MirrorPad: "refused: TensorFlow.js leaves the mirrored elements out of it",
  Prod: "it needs Cumprod, which cannot be recorded: an error that says so",
};

Deno.test("gradients agree with finite differences in float64", async (t) => {
  for (const [seed, one] of gradientCases.entries()) {
    await t.step(one.name, () => {
      const { inputs, loss, range, tolerance = 1e-7 } = one;
      const names = variablesOf(one);
      const forward = record(inputs, (tensors) => ({ loss: loss(tensors) }));
      const backward = record(inputs, gradientOf(one).body);
      const options = range ? { range } : {};
      const values = Object.fromEntries(
        Object.entries(inputs).map((
          [own, spec],
          i,
        ) => [own, hostValues(spec, { seed: 31 * seed + i, ...options })]),
      );
      const gradients = interpret(backward, values);
      for (const own of names) {
        const differences = values[own]!.map((_, i) => {
          const at = (step: number) => {
            const moved = values[own]!.map((value, j) => i === j ? value + step : value);
            return interpret(forward, { ...values, [own]: moved }).loss![0]!;
          };
          return (at(1e-5) - at(-1e-5)) / 2e-5;
        });
        assertClose(gradients[`d${own}`]!, differences, { tolerance, message: own });
      }
    });
  }
});

Deno.test("gradientCases passes a gradient through every kernel that has one", () => {
  const met = new Set(
    gradientCases.flatMap(({ inputs, loss }) =>
      record(inputs, (tensors) => ({ loss: loss(tensors) })).calls.map(({ kernel }) => kernel)
    ),
  );
  const missing = KERNELS.filter((kernel) =>
    tf.getGradient(kernel) && !met.has(kernel) && !(kernel in LEFT_OUT)
  );
  assert.deepEqual(missing, []);
});

Deno.test("record() refuses gradients that TensorFlow.js has wrong", () => {
  const inputs = { x: { shape: [1, 4, 4, 1], dtype: "float32" } } as const;
  const wrong: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    FloorDiv: (x) => tf.floorDiv(x, tf.scalar(2)),
    MirrorPad: (x) => tf.mirrorPad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], "reflect"),
  };
  for (const [kernel, body] of Object.entries(wrong)) {
    record(inputs, ({ x }) => ({ y: body(x!) })); // without a gradient it is as good as any
    const slope = tf.grad((x) => tf.sum(body(x)));
    assert.throws(
      () => record(inputs, ({ x }) => ({ dx: slope(x!) })),
      new RegExp(`gradient of ${kernel} is wrong`),
    );
  }
});
