import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { record } from "../../../src/tensor/mod.ts";
import { f32 } from "../kernel_case.ts";
import { openTensorflow, tensorflowTest } from "./installed.ts";

// In a file of its own: TensorFlow waits ten seconds for memory to be given back.
tensorflowTest("TensorflowExecutable.run() says which call found no memory", async () => {
  const engine = await openTensorflow();
  // 4 petabytes: more than an address can reach.
  const program = record({ x: f32(1000, 1) }, ({ x }) => ({
    y: tf.sum(tf.matMul(tf.tile(x!, [1e6, 1e6]), tf.ones([1e6, 1]))),
  }));
  const executable = await engine.prepare(program);
  const x = engine.upload(f32(1000, 1), new Float32Array(1000));
  await assert.rejects(
    executable.run({ x }),
    /Out of memory: .*out_of_memory_test\.ts:\d+:\d+: Tile: OOM when allocating .*1000000000,1000000.*\. A smaller batch/,
  );
  engine.close();
});
