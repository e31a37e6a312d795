import { deepEqual, equal } from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { callCost, type Program, programCost, record } from "../../src/tensor/mod.ts";
import { KERNELS } from "../../src/tensor/kernels.ts";
import { f32, i32 } from "./kernel_case.ts";

function costsOf(
  inputs: Parameters<typeof record>[0],
  body: (tensors: Record<string, tf.Tensor>) => tf.Tensor,
) {
  return programCost(record(inputs, (tensors) => ({ y: body(tensors) })));
}

Deno.test("programCost() counts a convolution and both gradients alike", () => {
  // 8 × 8 places of 4 output channels, each 3 × 3 × 2 multiply-adds.
  const operations = 2 * (5 * 8 * 8 * 4) * (3 * 3 * 2);
  const bytes = 4 * (5 * 8 * 8 * 2 + 3 * 3 * 2 * 4 + 5 * 8 * 8 * 4);
  const costs = costsOf({ x: f32(5, 8, 8, 2), w: f32(3, 3, 2, 4) }, ({ x, w }) => {
    const loss = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1).square().sum() as tf.Scalar;
    const [dx, dw] = tf.grads(loss)([x!, w!]);
    return dx!.sum().add(dw!.sum());
  });
  for (const kernel of ["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"]) {
    deepEqual(costs.find((cost) => cost.kernel === kernel), {
      kernel,
      calls: 1,
      flops: operations,
      bytes,
    });
  }
});

Deno.test("programCost() counts the inner size of a transposed product", () => {
  const costs = costsOf(
    { a: f32(7, 3), b: f32(5, 7) },
    ({ a, b }) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, true), // [3,7] × [7,5]
  );
  equal(costs.find(({ kernel }) => kernel === "BatchMatMul")!.flops, 2 * 3 * 5 * 7);
});

Deno.test("callCost() reads of a gathered tensor the rows that are taken, of a reshaped one nothing", () => {
  const costs = costsOf(
    { x: f32(1000, 8), at: i32(2) },
    ({ x, at }) => tf.gather(x!, at as tf.Tensor1D).reshape([16]).neg(),
  );
  const bytes = Object.fromEntries(costs.map(({ kernel, bytes }) => [kernel, bytes]));
  deepEqual(bytes, { GatherV2: 2 * (2 * 8 * 4) + 2 * 4, Reshape: 0, Neg: 2 * 16 * 4 });
});

Deno.test("callCost() gives every kernel finite costs", () => {
  const spec = { shape: [4, 4, 4, 4], dtype: "float32" } as const;
  const program = { values: new Array(8).fill(spec) } as unknown as Program;
  for (const kernel of KERNELS) {
    const attributes = { filterShape: [3, 3, 4, 4] };
    const cost = callCost(program, { kernel, inputs: [0, 1, 2], outputs: [3], attributes });
    equal(Number.isFinite(cost.flops) && cost.flops >= 0 && cost.bytes >= 0, true, kernel);
  }
});
