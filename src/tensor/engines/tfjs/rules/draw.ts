/**
 * 32 random bits r an element as int32, or the float (r >> 8) / 2²⁴ of [0, 1). TensorFlow.js has no operation on bits, so they are
 * drawn on the host, by the very function of threefry.ts: a step draws one number an image, mostly.
 */
import * as tf from "@tensorflow/tfjs";
import { elementCount } from "../../../program.ts";
import { randomBits, randomUniform } from "../../../threefry.ts";
import type { CallView, Rule } from "../rule.ts";

function keyOf(call: CallView): readonly [number, number] {
  const [seed = 0, step = 0] = call.in(0).dataSync();
  return [seed, step];
}

function drawOf(call: CallView) {
  return {
    stream: call.attributes.number("stream"),
    count: elementCount(call.outSpec().shape),
  };
}

/** Counter-based draws. */
export const draw: Readonly<Record<string, Rule>> = {
  RandomBits: (call) => {
    const bits = Int32Array.from(randomBits(keyOf(call), drawOf(call)));
    return tf.tensor(bits, [...call.outSpec().shape], "int32");
  },
  RandomUniform: (call) =>
    tf.tensor(randomUniform(keyOf(call), drawOf(call)), [...call.outSpec().shape]),
};
