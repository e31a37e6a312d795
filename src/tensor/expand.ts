import * as tf from "@tensorflow/tfjs";
import { ProgramBuilder } from "./builder.ts";
import { type Site, siteOf } from "./call_sites.ts";
import { composePixelOperation } from "./composite/pixel_operation.ts";
import { type KernelCall, type Program, specText, type TensorSpec } from "./program.ts";
import { record } from "./recorder.ts";

/** Kernels that can be had from others: what computes their outputs from their inputs, in order. */
const COMPOSITES: Readonly<Record<string, (inputs: readonly tf.Tensor[]) => tf.Tensor[]>> = {
  PixelOperation: ([x, kind, value, coefficients]) => [
    composePixelOperation({
      x: x as tf.Tensor4D,
      kind: kind!,
      value: value!,
      coefficients: coefficients!,
    }),
  ],
};

/**
 * The program with those kernels that can be had from others, and that `isNative` does not hold for, replaced by what they consist
 * of. For engines, before they lower a program.
 */
export function expandProgram(
  program: Program,
  isNative: (kernel: string) => boolean = () => false,
): Program {
  const replaced = ({ kernel }: KernelCall) =>
    !isNative(kernel) && Object.hasOwn(COMPOSITES, kernel);
  if (!program.calls.some(replaced)) return program;
  const inlining = new Inlining();
  const bodies = new Map<string, Program>();
  const inputs = Object.entries(program.inputs);
  const values = inlining.add(program, {
    values: new Map(
      inputs.map(([name, value]) => [value, inlining.input(name, specOf(program, value))]),
    ),
    replacement: (call) => {
      if (!replaced(call)) return undefined;
      const specs = call.inputs.map((value) => specOf(program, value));
      const key = `${call.kernel} ${specs.map(specText)}`;
      const body = bodies.get(key) ?? composite(call, specs);
      bodies.set(key, body);
      return body;
    },
  });
  const outputs = Object.fromEntries(
    Object.entries(program.outputs).map(([name, value]) => [name, required(values.get(value))]),
  );
  return inlining.builder.finish(outputs, program.state);
}

/** How a program is added to another. */
interface Addition {
  /** What its inputs are. */
  readonly values: Map<number, number>;
  /** What a call consists of, if it is not added itself. */
  readonly replacement?: (call: KernelCall) => Program | undefined;
  /** Where all its calls are made, if not each at its own line. */
  readonly site?: Site | undefined;
}

/** A program built from calls of others. */
class Inlining {
  readonly builder = new ProgramBuilder();

  input(name: string, spec: TensorSpec): number {
    return this.builder.input(name, spec);
  }

  /** Adds a program's constants and calls. Returns what each of its values is. */
  add(program: Program, { values, replacement, site }: Addition): Map<number, number> {
    for (const { value, splat, data } of program.constants) {
      const spec = specOf(program, value);
      values.set(
        value,
        data ? this.builder.constant(spec, data) : this.builder.splat(spec, splat ?? 0),
      );
    }
    for (const call of program.calls) {
      const operands = call.inputs.map((value) => required(values.get(value)));
      const body = replacement?.(call);
      const outputs = body
        ? this.#inline(body, operands, siteOf(call))
        : this.builder.calls(call.kernel, operands, {
          attributes: call.attributes,
          site: site ?? siteOf(call) ?? {},
        });
      for (const [i, value] of call.outputs.entries()) values.set(value, required(outputs[i]));
    }
    return values;
  }

  #inline(body: Program, operands: readonly number[], site: Site | undefined): number[] {
    const inputs = Object.values(body.inputs);
    const values = this.add(body, {
      values: new Map(inputs.map((value, i) => [value, required(operands[i])])),
      site,
    });
    return Object.values(body.outputs).map((value) => required(values.get(value)));
  }
}

/** What a kernel consists of, for inputs of these specs; the call is said to make it all. */
function composite(call: KernelCall, inputs: readonly TensorSpec[]): Program {
  const compose = required(COMPOSITES[call.kernel]);
  const specs = inputs.map((spec, i) => [`in${i}`, spec] as const);
  return record(Object.fromEntries(specs), (tensors) => {
    const outputs = compose(specs.map(([name]) => required(tensors[name])));
    return Object.fromEntries(outputs.map((tensor, i) => [`out${i}`, tensor]));
  }, { state: [], site: siteOf(call) });
}

function specOf(program: Program, value: number): TensorSpec {
  return required(program.values[value]);
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("internal: a program refers to nothing");
  return value;
}
