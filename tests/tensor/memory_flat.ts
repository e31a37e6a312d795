/**
 * Runs many small steps on the engine that the first argument names and writes the process's memory after 2,500 and after 4,500 of
 * them, as JSON. For the engines' `memory_test.ts`.
 */
import * as tf from "@tensorflow/tfjs";
import { type DeviceTensor, record } from "../../src/tensor/mod.ts";
import { batchNormTraining, randomUniform } from "../../src/tensor/ops.ts";
import { f32, hostValues, i32 } from "./kernel_case.ts";
import { openTensorflow } from "./tensorflow/installed.ts";
import { openXla } from "./xla/installed.ts";

const specs = { w: f32(3, 3, 3, 8), gamma: f32(8), fc: f32(8, 4) };

const program = record({ ...specs, images: f32(6, 8, 8, 3), key: i32(2) }, (t) => {
  const noise = randomUniform(t.key!, { stream: 1, shape: [6, 1, 1, 1] });
  const x = tf.mul(t.images!, noise) as tf.Tensor4D;
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0, 1], "int32"), 4);
  const { value, grads } = tf.valueAndGrads((w: tf.Tensor, gamma: tf.Tensor, fc: tf.Tensor) => {
    const affine = { gamma: gamma as tf.Tensor1D, beta: tf.zeros([8]) as tf.Tensor1D };
    const convolved = tf.conv2d(x, w as tf.Tensor4D, 2, 1);
    const { y } = batchNormTraining(convolved, affine, { epsilon: 1e-5, leakyAlpha: 0.1 });
    const logits = tf.matMul(tf.mean(y, [1, 2]) as tf.Tensor2D, fc as tf.Tensor2D);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), -1)));
  })([t.w!, t.gamma!, t.fc!]);
  const next = Object.keys(specs).map((name, i) => [
    name,
    tf.sub(t[name]!, tf.mul(grads[i]!, 0.1)),
  ]);
  return { ...Object.fromEntries(next), loss: value };
});

const engine = await (Deno.args[0] === "xla" ? openXla() : openTensorflow());
const executable = await engine.prepare(program);
const images = engine.upload(
  f32(6, 8, 8, 3),
  Float32Array.from(hostValues(f32(6, 8, 8, 3), { seed: 1 })),
);
let state: Record<string, DeviceTensor> = Object.fromEntries(
  Object.entries(specs).map(([name, spec], i) => [
    name,
    engine.upload(spec, Float32Array.from(hostValues(spec, { seed: i, range: [-0.5, 0.5] }))),
  ]),
);
const resident: number[] = [];
// The process is started with --expose-gc: what JavaScript has not yet given back says nothing about the engine.
const { gc: collectGarbage } = globalThis as unknown as { gc: () => void };
let last = NaN;
for (let step = 1; step <= 4500; step++) {
  const key = engine.upload(i32(2), Int32Array.of(0, step));
  const { loss, ...after } = await executable.run({ ...state, images, key });
  state = after;
  last = (await engine.download(loss!))[0]!;
  engine.free(loss!);
  engine.free(key);
  if (step > 500 && step % 2000 === 500) {
    collectGarbage();
    resident.push(Deno.memoryUsage().rss);
  }
}
engine.close();
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ resident, loss: last })));
