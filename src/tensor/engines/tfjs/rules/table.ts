import type { Rule } from "../rule.ts";
import { batchNorm } from "./batch_norm.ts";
import { convolution } from "./convolution.ts";
import { draw } from "./draw.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { reductions } from "./reduction.ts";

/** How each kernel of a program is computed with TensorFlow.js; what is missing consists of others (expand.ts). */
export const rules: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...convolution,
  ...batchNorm,
  ...draw,
};
