import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import {
  type Engine,
  type HostArray,
  interpret,
  type Program,
  record,
  type TensorSpec,
} from "../../src/tensor/mod.ts";
import {
  batchNormTraining,
  gatherImages,
  randomBits,
  randomUniform,
} from "../../src/tensor/ops.ts";
import { assertClose } from "./compare.ts";
import { bool, f32, hostValues, i32, type KernelCase } from "./kernel_case.ts";
import { kernelCases } from "./kernel_cases.ts";

function hostArray(spec: TensorSpec, values: readonly number[]): HostArray {
  if (spec.storage || spec.dtype === "bool") return Uint8Array.from(values);
  return spec.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
}

/** Uploads, runs once, downloads all outputs. */
async function runOnce(
  engine: Engine,
  program: Program,
  values: Readonly<Record<string, readonly number[]>>,
): Promise<Record<string, HostArray>> {
  const executable = await engine.prepare(program);
  const inputs = Object.fromEntries(
    Object.entries(program.inputs).map(([name, value]) => {
      const spec = program.values[value]!;
      return [name, engine.upload(spec, hostArray(spec, values[name]!))];
    }),
  );
  const outputs = await executable.run(inputs);
  const results: Record<string, HostArray> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    results[name] = await engine.download(tensor);
  }
  executable.dispose();
  return results;
}

function valuesOf({ inputs, range }: KernelCase, seed: number): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec], i) => [
      name,
      hostValues(spec, { seed: seed + 100 * i, ...(range ? { range } : {}) }),
    ]),
  );
}

const images: TensorSpec = { shape: [6, 4, 4, 3], dtype: "int32", storage: "uint8" };

/** Our own kernels, and uses of the others that TensorFlow.js's backend could not check. */
const ownCases: readonly KernelCase[] = [
  ...[4, 3, 16, 1].flatMap((channels) =>
    [undefined, 0.1].map((leakyAlpha) => ({
      name: `batchNormTraining of ${channels} channels, slope ${leakyAlpha}`,
      inputs: { x: f32(5, 7, 9, channels), gamma: f32(channels), beta: f32(channels) },
      body: (t: Record<string, tf.Tensor>) => {
        const names = ["x", "gamma", "beta"];
        const statistics: Record<string, tf.Tensor> = {};
        const { value, grads } = tf.valueAndGrads(
          (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
            const result = batchNormTraining(
              x as tf.Tensor4D,
              { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D },
              { epsilon: 1e-3, ...(leakyAlpha ? { leakyAlpha } : {}) },
            );
            statistics.mean = tf.keep(result.mean);
            statistics.variance = tf.keep(result.variance);
            return tf.sum(tf.sin(result.y));
          },
        )(names.map((name) => t[name]!));
        return { ...statistics, value, dx: grads[0]!, dgamma: grads[1]!, dbeta: grads[2]! };
      },
    }))
  ),
  {
    name: "gatherImages",
    inputs: { images, indices: i32(4) },
    range: [0, 6],
    body: (t) => ({ y: gatherImages(t.images!, t.indices!) }),
  },
  {
    name: "uint8 storage through reshape, slice, transpose",
    inputs: { images },
    range: [0, 256],
    body: (t) => ({
      whole: tf.add(tf.cast(tf.reshape(t.images!, [6, 48]), "float32"), 0.5),
      integers: tf.cast(tf.add(t.images!, tf.scalar(1, "int32")), "int32"),
      part: tf.cast(tf.slice(t.images!, [2, 0, 1, 0], [2, 4, 3, 3]), "float32"),
      turned: tf.cast(tf.transpose(t.images!, [0, 3, 1, 2]), "float32"),
    }),
  },
  {
    name: "draws",
    inputs: { key: i32(2) },
    body: ({ key }) => ({
      scalar: randomUniform(key!, { stream: 3, shape: [] }),
      many: randomUniform(key!, { stream: 4, shape: [33, 3] }),
      bits: randomBits(key!, { stream: 4, shape: [17] }),
    }),
  },
  {
    name: "outputs that are inputs, constants, repeated or reshaped",
    inputs: { x: f32(2, 3), flag: bool(3) },
    body: ({ x, flag }) => ({
      same: x!,
      flat: tf.reshape(x!, [6]),
      one: tf.ones([2, 2]),
      list: tf.tensor1d([1, 2, 3]),
      sum: tf.add(x!, 1),
      again: tf.add(x!, 1),
      turned: tf.logicalNot(flag!),
    }),
  },
];

Deno.test("WasmExecutable.run() agrees with the interpreter on every kernel", async (t) => {
  const engine = await createWasmEngine();
  for (const [seed, one] of [...kernelCases, ...ownCases].entries()) {
    await t.step(one.name, async () => {
      const program = record(one.inputs, one.body, { state: [] });
      const values = valuesOf(one, seed);
      const [ours, oracle] = [await runOnce(engine, program, values), interpret(program, values)];
      assert.deepEqual(Object.keys(ours).sort(), Object.keys(oracle).sort());
      for (const [name, expected] of Object.entries(oracle)) {
        assertClose(ours[name]!, expected, { tolerance: 2e-5, message: name });
      }
    });
  }
  engine.close();
});
