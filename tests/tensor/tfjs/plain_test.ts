/** The replay on TensorFlow.js's plain JavaScript, which every machine has; on the package it is one of the suite's engines. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { record, type TensorSpec } from "../../../src/tensor/mod.ts";
import { testAgreement } from "../agreement.ts";
import { f32 } from "../kernel_case.ts";
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

Deno.test("TfjsExecutable.run() says that memory ran out, where, and what to do", async () => {
  const engine = openPlain();
  const executable = await engine.prepare(record({ x: f32(2) }, ({ x }) => ({ y: tf.exp(x!) })));
  const x = engine.upload(f32(2), new Float32Array(2));
  const kernel = tf.getKernel("Exp", "cpu");
  const replace = (kernelFunc: tf.KernelFunc) => {
    tf.unregisterKernel("Exp", "cpu");
    tf.registerKernel({ ...kernel, kernelFunc });
  };
  // As tfjs-node says it.
  replace(() => {
    throw new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[2]");
  });
  try {
    await assert.rejects(executable.run({ x }), {
      message:
        /^Out of memory: tests\/tensor\/tfjs\/plain_test\.ts:\d+:\d+: Exp: OOM when allocating tensor with shape\[2\]\. A smaller batch or net needs less$/,
    });
  } finally {
    replace(kernel.kernelFunc);
    engine.close();
  }
});
