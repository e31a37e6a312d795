import { lineOf } from "../../call_sites.ts";
import { Attributes } from "../../kernels.ts";
import { type Program, sameShape, type TensorSpec } from "../../program.ts";
import { Draws } from "./draws.ts";
import { exactProducts } from "./exact_products.ts";
import { Emitter, type Result } from "./hlo/emitter.ts";
import { elementTypeOf, typeText, type Value } from "./hlo/types.ts";
import type { DeviceKind } from "./pjrt/client.ts";
import { rules } from "./rules/table.ts";

function resultOf(spec: TensorSpec): Result {
  return { type: elementTypeOf(spec), shape: spec.shape };
}

/** The values of a program as they are written. */
class Values {
  readonly #values = new Map<number, Value>();

  constructor(private readonly program: Program) {}

  spec(value: number): TensorSpec {
    const spec = this.program.values[value];
    if (!spec) throw new Error(`internal: no value %${value}`);
    return spec;
  }

  at(value: number): Value {
    const found = this.#values.get(value);
    if (!found) throw new Error(`internal: value %${value} is not written yet`);
    return found;
  }

  set(value: number, written: Value): void {
    this.#values.set(value, written);
  }
}

/** The same value, which no compiler joins with what made it. What is no number stays none. */
function rounded(hlo: Emitter, x: Value): Value {
  return x.type === "f32" ? hlo.select(hlo.compare("EQ", x, x), x, hlo.like(x, NaN)) : x;
}

/**
 * A program as the text of a StableHLO module for one kind of device. Arguments and results are the program's inputs and outputs in their order;
 * an argument that is state is marked as given up to the result that replaces it. Throws an Error that names the kernel, and the line that called it, if no
 * rule is known.
 */
export function lowerProgram(program: Program, device: DeviceKind): string {
  const hlo = new Emitter();
  const values = new Values(program);
  const results = new Map(Object.keys(program.outputs).map((name, i) => [name, i]));
  const state = new Set(program.state);
  const parameters = Object.entries(program.inputs).map(([name, value]) => {
    const argument = hlo.fresh(resultOf(values.spec(value)));
    values.set(value, argument);
    const replaced = state.has(name) ? ` {tf.aliasing_output = ${results.get(name)} : i32}` : "";
    return `${argument.name}: ${typeText(argument.type, argument.shape)}${replaced}`;
  });
  for (const { value, splat, data } of program.constants) {
    const result = resultOf(values.spec(value));
    values.set(value, data ? hlo.constant(data, result) : hlo.splat(splat ?? 0, result));
  }
  const draws = new Draws(program, device);
  const exact = exactProducts(program);
  for (const call of program.calls) {
    const rule = rules[device][call.kernel];
    if (!rule) {
      throw new Error(`${lineOf(call)}: the xla engine has no rule for the kernel ${call.kernel}`);
    }
    const inputs = call.inputs.map((value) => values.at(value));
    const words = draws.of(call, { hlo, key: inputs[0] });
    const written = rule({
      hlo,
      inputs,
      ...(words ? { words } : {}),
      attributes: new Attributes(call.attributes),
      outputs: call.outputs.map((value) => resultOf(values.spec(value))),
    });
    const made = Array.isArray(written) ? written as readonly Value[] : [written as Value];
    const list = exact.has(call) ? made.map((value) => rounded(hlo, value)) : made;
    for (const [i, value] of call.outputs.entries()) {
      const own = list[i];
      const expected = resultOf(values.spec(value));
      if (!own || own.type !== expected.type || !sameShape(own.shape, expected.shape)) {
        const [found, wanted] = [own, expected].map((x) => x && typeText(x.type, x.shape));
        throw new Error(
          `internal: ${call.kernel} (${lineOf(call)}) was lowered to ${found}, expected ${wanted}`,
        );
      }
      values.set(value, own);
    }
  }
  const returned = Object.values(program.outputs).map((value) => values.at(value));
  const types = returned.map(({ type, shape }) => typeText(type, shape)).join(", ");
  return `module @program {
func.func public @main(${parameters.join(", ")}) -> (${types}) {
${hlo.text}
"func.return"(${returned.map(({ name }) => name).join(", ")}) : (${types}) -> ()
}
}
`;
}
