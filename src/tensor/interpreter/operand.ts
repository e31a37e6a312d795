import type { Attributes } from "../kernels.ts";
import type { TensorSpec } from "../program.ts";

/** A value of the interpreter: every element type in float64, which holds all of them exactly. */
export interface Operand {
  readonly spec: TensorSpec;
  readonly data: Float64Array;
}

/** One kernel: fills `outputs`, which are zero, from `inputs`. */
export type Interpretation = (
  inputs: readonly Operand[],
  outputs: readonly Operand[],
  attributes: Attributes,
) => void;

/** An operand that the kernel must have. */
export function at(operands: readonly Operand[], index: number): Operand {
  const operand = operands[index];
  if (!operand) throw new Error(`internal: operand ${index} is missing`);
  return operand;
}
