import type { Attributes } from "../../../kernels.ts";
import type { Emitter, Result } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";

/** One kernel call that is being lowered. */
export interface Call {
  readonly hlo: Emitter;
  readonly attributes: Attributes;
  readonly inputs: readonly Value[];
  /** Types and shapes of the outputs. */
  readonly outputs: readonly Result[];
  /** Of a draw: its random words ui32, in one row. */
  readonly words?: Value;
}

/** Writes a call as StableHLO operations; the values of its outputs. */
export type Rule = (call: Call) => Value | readonly Value[];

/** An input that the kernel must have. */
export function input(call: Call, index = 0): Value {
  const value = call.inputs[index];
  if (!value) throw new Error(`internal: input ${index} is missing`);
  return value;
}

/** Type and shape of an output. */
export function output(call: Call, index = 0): Result {
  const result = call.outputs[index];
  if (!result) throw new Error(`internal: output ${index} is missing`);
  return result;
}

/** A rule of one input. */
export function unary(write: (x: Value, call: Call) => Value): Rule {
  return (call) => write(input(call), call);
}

/** A rule of two inputs, broadcast to one shape. */
export function binary(write: (a: Value, b: Value, call: Call) => Value): Rule {
  return (call) => {
    const { shape } = output(call);
    const [a, b] = [input(call, 0), input(call, 1)];
    return write(call.hlo.broadcast(a, shape), call.hlo.broadcast(b, shape), call);
  };
}
