/** y[i] = f(x[i], …), broadcast by NumPy's rule. */
import * as tf from "@tensorflow/tfjs";
import { BINARY, COMPARISON, LOGICAL, PREDICATE, UNARY } from "../../../kernels.ts";
import { operate } from "../node_backend.ts";
import type { Rule } from "../rule.ts";
import { kernel } from "./kernel.ts";

const unary = (name: string): Rule => (call) => kernel(name, { x: call.in(0) });
const binary = (name: string): Rule => (call) => kernel(name, { a: call.in(0), b: call.in(1) });

function withAlpha(name: string): Rule {
  return (call) => kernel(name, { x: call.in(0) }, { alpha: call.attributes.number("alpha") });
}

// tfjs's own Select broadcasts nothing, TensorFlow's newer one everything.
const select: Rule = (call) => {
  const [test, yes, no] = call.inputs;
  if (!call.node) return tf.where(test!, yes!, no!);
  const attributes = { T: { type: call.outSpec().dtype } };
  return operate(call.node, "SelectV2", { inputs: [test!, yes!, no!], attributes });
};

export const elementwise: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries([...UNARY, ...PREDICATE, "LogicalNot"].map((name) => [name, unary(name)])),
  ...Object.fromEntries([...BINARY, ...COMPARISON, ...LOGICAL].map((name) => [name, binary(name)])),
  LeakyRelu: withAlpha("LeakyRelu"),
  Step: withAlpha("Step"),
  ClipByValue: (call) =>
    kernel("ClipByValue", { x: call.in(0) }, {
      clipValueMin: call.attributes.number("min"),
      clipValueMax: call.attributes.number("max"),
    }),
  Cast: (call) => tf.cast(call.in(0), call.outSpec().dtype),
  Select: select,
};
