import type { Rule } from "../lowering.ts";
import { batchNorm } from "./batch_norm.ts";
import { convolution } from "./convolution.ts";
import { draw } from "./draw.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { pixelOperation } from "./pixel_operation.ts";
import { reduction } from "./reduction.ts";

/** How each kernel of a program becomes operations of TensorFlow. */
export const rules: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...convolution,
  ...batchNorm,
  ...draw,
  PixelOperation: pixelOperation,
};
