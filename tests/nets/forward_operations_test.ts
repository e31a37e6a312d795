import type * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert/strict";
import { forwardOperations } from "../../src/nets/forward_operations.ts";
import { loadNet } from "../../src/nets/registry.ts";
import { elementCount } from "../../src/tensor/program.ts";
import { record } from "../../src/tensor/recorder.ts";

/** Operations of the convolutions that a forward pass of one image really makes. */
async function recorded(id: string, size: number): Promise<number> {
  const net = await loadNet(id, { classes: 10, channels: 3 });
  const tensors = [...net.parameters, ...net.buffers];
  const specs = Object.fromEntries([
    ["x", { shape: [1, size, size, 3], dtype: "float32" as const }],
    ...tensors.map(({ name, shape }) => [name, { shape, dtype: "float32" as const }]),
  ]);
  const { calls, values } = record(
    specs,
    ({ x, ...t }) => ({ features: net.forwardInference(x as tf.Tensor4D, t, t) }),
    { state: [] },
  );
  return calls.filter(({ kernel }) => kernel === "Conv2D").reduce((sum, { inputs, outputs }) => {
    const [kh = 0, kw = 0, channels = 0] = values[inputs[1]!]!.shape;
    return sum + 2 * elementCount(values[outputs[0]!]!.shape) * kh * kw * channels;
  }, 0);
}

Deno.test("forwardOperations() counts a ResNet's convolutions exactly, a WRN's nearly", async () => {
  for (const id of ["resnet-50-small", "resnet-14-small-w4"]) {
    const real = await recorded(id, 32);
    ok(forwardOperations(id, 32) === real, `${id}: ${real}`);
  }
  const real = await recorded("wrn-28-2", 32);
  ok(Math.abs(forwardOperations("wrn-28-2", 32) / real - 1) < 0.1, `wrn-28-2: ${real}`);
});
