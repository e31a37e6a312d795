/** The replay on TensorFlow.js's plain JavaScript, which every machine has; on the package it is one of the suite's engines. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { type DeviceTensor, record } from "../../../src/tensor/mod.ts";
import { batchNormTraining, gatherImages, randomUniform } from "../../../src/tensor/ops.ts";
import type { TensorSpec } from "../../../src/tensor/mod.ts";
import { testAgreement } from "../agreement.ts";
import { f32, hostValues, i32 } from "../kernel_case.ts";
import { suiteCases, suiteGradients } from "../suite_cases.ts";
import type { TestedEngine } from "../tested_engines.ts";
import { openPlain } from "./tested_backends.ts";

const plain: TestedEngine = {
  name: "plain JavaScript",
  isInstalled: true,
  casesPerProgram: 1,
  open: () => Promise.resolve(openPlain()),
};

/** What plain JavaScript computes within a second. */
const smallCases = suiteCases.filter(({ inputs }) =>
  Object.values(inputs).every(({ shape }) => shape.reduce((count, size) => count * size, 1) < 1e5)
);

testAgreement("TfjsExecutable.run() agrees with the interpreter on every kernel", smallCases, {
  engines: [plain],
});
testAgreement(
  "TfjsExecutable.run() agrees with the interpreter on every gradient",
  suiteGradients,
  {
    engines: [plain],
  },
);

const images: TensorSpec = { shape: [5, 2, 2, 3], dtype: "int32", storage: "uint8" };

/** A step with most kinds of kernels. */
const step = record({ w: f32(3, 4), images, indices: i32(3), key: i32(2) }, (t) => {
  const pixels = tf.cast(gatherImages(t.images!, t.indices!), "float32");
  const noisy = tf.add(pixels, randomUniform(t.key!, { stream: 1, shape: [3, 1, 1, 1] }));
  const { value, grads } = tf.valueAndGrads((w: tf.Tensor) => {
    const affine = { gamma: tf.ones([3]) as tf.Tensor1D, beta: tf.zeros([3]) as tf.Tensor1D };
    const { y } = batchNormTraining(noisy as tf.Tensor4D, affine, { epsilon: 1e-5 });
    return tf.mean(tf.square(tf.matMul(tf.mean(y, [1, 2]) as tf.Tensor2D, w as tf.Tensor2D)));
  })([t.w!]);
  return { w: tf.sub(t.w!, tf.mul(grads[0]!, 0.1)), loss: value };
});

Deno.test("TfjsExecutable.run() leaves nothing behind, nor when it fails", async () => {
  const before = tf.memory();
  const engine = openPlain();
  const executable = await engine.prepare(step);
  const given = {
    images: engine.upload(
      images,
      Uint8Array.from(hostValues(images, { seed: 1, range: [0, 256] })),
    ),
    key: engine.upload(i32(2), Int32Array.of(1, 2)),
  };
  const at = (...indices: number[]) => engine.upload(i32(3), Int32Array.from(indices));
  const indices = at(4, 0, 1);
  let w: DeviceTensor = engine.upload(f32(3, 4), new Float32Array(12).fill(0.5));
  const held: number[] = [];
  for (let i = 0; i < 3; i++) {
    const after = await executable.run({ w, ...given, indices });
    engine.free(after.loss!);
    w = after.w!;
    held.push(tf.memory().numDataBuffers);
  }
  assert.deepEqual(held, [held[0], held[0], held[0]]);
  const outside = at(0, 5, 0);
  await assert.rejects(executable.run({ w, ...given, indices: outside }), {
    name: "RangeError",
    message: /^tests\/tensor\/tfjs\/plain_test\.ts:\d+:\d+: GatherV2: .*index value 5/,
  });
  engine.free(outside);
  assert.equal(tf.memory().numDataBuffers, held[0]);
  // The state is still there.
  assert.equal((await engine.download(w)).length, 12);
  engine.close();
  assert.deepEqual(tf.memory(), before);
});

Deno.test("TfjsEngine.upload() packs rows of bytes, four to a word", async () => {
  const before = tf.memory().numBytes;
  const engine = openPlain();
  const bytes = Uint8Array.from({ length: 60 }, (_, i) => 255 - i);
  const tensor = engine.upload(images, bytes);
  assert.equal(tf.memory().numBytes - before, 60);
  assert.deepEqual(await engine.download(tensor), bytes);
  engine.close();
});

Deno.test("record() may follow a run: the backend is the recorder's again", async () => {
  const engine = openPlain();
  const make = () => record({ x: f32(2) }, ({ x }) => ({ y: tf.exp(x!) }));
  const executable = await engine.prepare(make());
  const { y } = await executable.run({ x: engine.upload(f32(2), Float32Array.of(0, 0)) });
  assert.deepEqual(make(), executable.program);
  assert.deepEqual([...await engine.download(y!)], [1, 1]);
  engine.close();
});
