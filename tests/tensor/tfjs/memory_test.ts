import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  type DeviceTensor,
  type Engine,
  record,
  type TensorSpec,
} from "../../../src/tensor/mod.ts";
import { batchNormTraining, gatherImages, randomUniform } from "../../../src/tensor/ops.ts";
import { f32, hostValues, i32 } from "../kernel_case.ts";
import { reasonAgainst } from "./built_package.ts";
import { openPlain, openTfjsNode } from "./tested_backends.ts";

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

async function leavesNothing(open: () => Engine | Promise<Engine>): Promise<void> {
  const engine = await open();
  const before = tf.memory();
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
    message:
      /^tests\/tensor\/tfjs\/memory_test\.ts:\d+:\d+: GatherV2: .*(index value 5|indices\[1\] = 5)/,
  });
  engine.free(outside);
  assert.equal(tf.memory().numDataBuffers, held[0]);
  // The state is still there.
  assert.equal((await engine.download(w)).length, 12);
  engine.close();
  assert.deepEqual(tf.memory(), before);
}

const name = "TfjsExecutable.run() leaves nothing behind, nor when it fails";

Deno.test(`${name}: plain JavaScript`, () => leavesNothing(openPlain));

Deno.test({
  name: `${name}: tfjs-node-gpu${reasonAgainst ? ` (skipped: ${reasonAgainst})` : ""}`,
  ignore: reasonAgainst !== undefined,
  sanitizeResources: false,
  fn: () => leavesNothing(openTfjsNode),
});
