import { lineOf } from "./call_sites.ts";
import { inferOutputs } from "./kernels.ts";
import { elementCount, type Program, sameSpec, specText, type TensorSpec } from "./program.ts";

/**
 * Checks that a program is whole: every value is written once before it is read, shapes and types are what the kernels
 * give, constants fit, and state is replaced by its like. Throws a RangeError that names the value or call at fault.
 */
export function validateProgram(program: Program): void {
  const written = new Set<number>();
  const spec = (value: number): TensorSpec => {
    const found = program.values[value];
    if (!found) throw new RangeError(`Value %${value} does not exist`);
    return found;
  };
  const write = (value: number, by: string) => {
    spec(value);
    if (written.has(value)) {
      throw new RangeError(`Value %${value} is written twice, again by ${by}`);
    }
    written.add(value);
  };
  const read = (value: number, by: string) => {
    if (!written.has(value)) {
      throw new RangeError(`Value %${value} is read by ${by} before it is written`);
    }
  };
  for (const [name, value] of Object.entries(program.inputs)) write(value, `input "${name}"`);
  for (const { value, data, splat } of program.constants) {
    write(value, "a constant");
    if ((data === undefined) === (splat === undefined)) {
      throw new RangeError(`Constant %${value}: expected either data or a splat`);
    }
    if (data && data.length !== elementCount(spec(value).shape)) {
      throw new RangeError(
        `Constant %${value}: ${specText(spec(value))} has not ${data.length} elements`,
      );
    }
  }
  for (const call of program.calls) {
    for (const value of call.inputs) read(value, call.kernel);
    const expected = inferOutputs(call, call.inputs.map(spec));
    for (const [index, value] of call.outputs.entries()) {
      write(value, call.kernel);
      const wanted = expected[index];
      if (!wanted || !sameSpec(wanted, spec(value))) {
        throw new RangeError(
          `${call.kernel} (${lineOf(call)}): output ${index} is ${
            specText(spec(value))
          }, expected ${wanted ? specText(wanted) : "no such output"}`,
        );
      }
    }
  }
  for (const [name, value] of Object.entries(program.outputs)) read(value, `output "${name}"`);
  for (const name of program.state) {
    const [before, after] = [program.inputs[name], program.outputs[name]];
    if (before === undefined || after === undefined) {
      throw new RangeError(`State "${name}" must be an input and an output`);
    }
    if (!sameSpec(spec(before), spec(after))) {
      throw new RangeError(
        `State "${name}" is ${specText(spec(before))} before and ${
          specText(spec(after))
        } after the program`,
      );
    }
  }
}
