/** y[i] = Σ_j x[i, j] and the like: elements joined along axes, which are dropped. Softmax over the last axis; Cumsum keeps the shape. */
import { REDUCTION } from "../../../kernels.ts";
import type { Rule } from "../rule.ts";
import { kernel } from "./kernel.ts";

function reduction(name: string): Rule {
  return (call) => {
    const axes = [...call.attributes.list("axes")];
    // Max calls its axes so, all others axis.
    const named = name === "Max" ? { reductionIndices: axes } : { axis: axes };
    return kernel(name, { x: call.in(0) }, { ...named, keepDims: false });
  };
}

function arg(name: string): Rule {
  return (call) => kernel(name, { x: call.in(0) }, { axis: call.attributes.number("axis") });
}

export const reductions: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(REDUCTION.map((name) => [name, reduction(name)])),
  ArgMax: arg("ArgMax"),
  ArgMin: arg("ArgMin"),
  Softmax: (call) =>
    kernel("Softmax", { logits: call.in(0) }, { dim: call.inSpec().shape.length - 1 }),
  Cumsum: (call) =>
    kernel("Cumsum", { x: call.in(0) }, {
      axis: call.attributes.number("axis"),
      exclusive: call.attributes.flag("exclusive"),
      reverse: call.attributes.flag("reverse"),
    }),
};
