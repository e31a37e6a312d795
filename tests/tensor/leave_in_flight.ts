/** A process that an uncaught error ends while the engine that the first argument names computes. For `engines_leaving_test.ts`. */
import * as tf from "@tensorflow/tfjs";
import { leaveOnUncaughtErrors } from "../../src/dag/leave.ts";
import { record } from "../../src/tensor/mod.ts";
import { f32 } from "./kernel_case.ts";
import { testedEngines } from "./tested_engines.ts";

leaveOnUncaughtErrors((text) => Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`)));
const engine = await testedEngines.find(({ name }) => name === Deno.args[0])!.open();
const size = 600;
const executable = await engine.prepare(
  record({ x: f32(size, size) }, ({ x }) => {
    let y = x!;
    for (let i = 0; i < 10; i++) y = tf.tanh(tf.matMul(y, y));
    return { x: y };
  }),
);
const data = new Float32Array(size * size).fill(0.01);
const state = await executable.run({ x: engine.upload(f32(size, size), data) });
void executable.run(state);
setTimeout(() => {
  throw new Error("in the middle of a step");
});
