import type { Lower } from "../lowering.ts";
import { batchNorm } from "./batch_norm.ts";
import { convolution } from "./correlation.ts";
import { draws } from "./draw.ts";
import { elementwise } from "./elementwise.ts";
import { matrixProduct } from "./matrix_product.ts";
import { movement } from "./movement.ts";
import { pixelOperation } from "./pixel_operation.ts";
import { reduction } from "./reduction.ts";

/** The kernels that the engine has in WebAssembly or in loops of its own. */
export const lowerings: Readonly<Record<string, Lower>> = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...convolution,
  ...batchNorm,
  ...draws,
  PixelOperation: pixelOperation,
  BatchMatMul: matrixProduct,
};
