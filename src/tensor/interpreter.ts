import { lineOf } from "./call_sites.ts";
import { batchNorm } from "./interpreter/batch_norm.ts";
import { convolution } from "./interpreter/convolution.ts";
import { elementwise } from "./interpreter/elementwise.ts";
import { movement } from "./interpreter/movement.ts";
import type { Interpretation, Operand } from "./interpreter/operand.ts";
import { pixelOperation } from "./interpreter/pixel_operation.ts";
import { reduction } from "./interpreter/reduction.ts";
import { Attributes } from "./kernels.ts";
import { elementCount, type Program, specText } from "./program.ts";

/** How each kernel is computed in float64. */
export const interpretations: Readonly<Record<string, Interpretation>> = {
  ...elementwise,
  ...reduction,
  ...movement,
  ...convolution,
  ...batchNorm,
  PixelOperation: pixelOperation,
};

/**
 * Runs a program on the host in float64, by plain loops: slow, and what every engine is tested against. Inputs and outputs are
 * row-major elements by name. Throws a RangeError on a missing input or one of another size.
 */
export function interpret(
  program: Program,
  inputs: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, Float64Array> {
  const operands = new Map<number, Operand>();
  const operand = (value: number): Operand => {
    const found = operands.get(value);
    if (!found) throw new Error(`internal: value %${value} has no data`);
    return found;
  };
  const make = (value: number): Operand => {
    const spec = program.values[value];
    if (!spec) throw new Error(`internal: no value %${value}`);
    const made = { spec, data: new Float64Array(elementCount(spec.shape)) };
    operands.set(value, made);
    return made;
  };
  for (const [name, value] of Object.entries(program.inputs)) {
    const given = inputs[name];
    const { data, spec } = make(value);
    if (given?.length !== data.length) {
      throw new RangeError(
        `Input "${name}": expected ${specText(spec)}, found ${given?.length ?? "no"} elements`,
      );
    }
    data.set(given);
  }
  for (const { value, splat, data } of program.constants) {
    const made = make(value).data;
    if (data) made.set(data);
    else made.fill(splat ?? 0);
  }
  for (const call of program.calls) {
    const run = interpretations[call.kernel];
    if (!run) throw new Error(`internal: ${call.kernel} (${lineOf(call)}) has no interpretation`);
    run(call.inputs.map(operand), call.outputs.map(make), new Attributes(call.attributes));
  }
  return Object.fromEntries(
    Object.entries(program.outputs).map(([name, value]) => [name, operand(value).data.slice()]),
  );
}
