import type { DeviceKind } from "../pjrt/client.ts";
import { batchNorm, reducedColumns } from "./batch_norm.ts";
import { convolution } from "./convolution.ts";
import { convolutionOnCpu } from "./convolution_cpu.ts";
import { draws } from "./draw.ts";
import { elementwise } from "./elementwise.ts";
import { gathers } from "./gather.ts";
import { matrixProduct } from "./matrix_product.ts";
import { movement } from "./movement.ts";
import { reduction } from "./reduction.ts";
import { columnsOnCpu, reductionOnCpu } from "./reduction_cpu.ts";
import type { Rule } from "./rule.ts";

const everywhere: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...gathers,
  ...draws,
  ...matrixProduct,
};

/** One rule a kernel, by kind of device. */
export const rules: Readonly<Record<DeviceKind, Readonly<Record<string, Rule>>>> = {
  cpu: { ...everywhere, ...reductionOnCpu, ...convolutionOnCpu, ...batchNorm(columnsOnCpu) },
  cuda: { ...everywhere, ...convolution, ...batchNorm(reducedColumns) },
};
