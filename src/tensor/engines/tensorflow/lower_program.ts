import { lineOf } from "../../call_sites.ts";
import type { KernelCall, Program, TensorSpec } from "../../program.ts";
import { Draws } from "./draws.ts";
import { elementType } from "./element_type.ts";
import { type Edge, Graph } from "./graph.ts";
import { type Library, TensorflowError } from "./library.ts";
import { rules } from "./lower/table.ts";
import { CallView, type LoweringContext } from "./lowering.ts";

/**
 * A program as a TF_Function of that name, which takes the inputs and gives the outputs in the program's order. Throws an
 * Error that names the line of a call which has no rule or which TensorFlow refuses.
 */
export function lowerProgram(
  program: Program,
  { library, name }: { readonly library: Library; readonly name: string },
): Deno.PointerValue {
  const graph = new Graph(library);
  try {
    const edges = new Map<number, Edge>();
    const inputs = Object.values(program.inputs).map((value) => {
      const { shape } = specOf(program, value);
      const type = elementType(specOf(program, value));
      const edge = graph.add("Placeholder", [], { dtype: { type }, shape: { shape } });
      edges.set(value, edge);
      return edge;
    });
    for (const { value, splat, data } of program.constants) {
      const { shape, dtype } = specOf(program, value);
      edges.set(
        value,
        data ? graph.constant(dtype, data, shape) : graph.splat(dtype, splat ?? 0, shape),
      );
    }
    const context = { graph, draws: new Draws(program, graph) };
    for (const [index, call] of program.calls.entries()) {
      graph.scope = `${CALL_PREFIX}${index}_`;
      const made = lowerCall(new CallView(call, program.values, edges), context);
      call.outputs.forEach((value, i) => {
        const edge = made[i];
        if (!edge) throw new Error(`internal: ${call.kernel} gave no output ${i}`);
        edges.set(value, edge);
      });
    }
    const outputs = Object.values(program.outputs).map((value) => {
      const edge = edges.get(value);
      if (!edge) throw new Error(`internal: no edge for value %${value}`);
      return edge;
    });
    return graph.toFunction(name, { inputs, outputs });
  } finally {
    graph.delete();
  }
}

/** Names of nodes begin with it and the number of the call that they are made for. */
const CALL_PREFIX = "call";

/** The call that a message of TensorFlow names the node of. */
export function callInMessage(program: Program, message: string): KernelCall | undefined {
  const index = new RegExp(`\\b${CALL_PREFIX}(\\d+)_`).exec(message)?.[1];
  return index === undefined ? undefined : program.calls[Number(index)];
}

function lowerCall(view: CallView, context: LoweringContext): readonly Edge[] {
  const { call } = view;
  const rule = rules[call.kernel];
  if (!rule) {
    throw new Error(`${lineOf(call)}: the engine "tensorflow" has no kernel ${call.kernel}`);
  }
  try {
    const made = rule(view, context);
    return "node" in made ? [made] : made;
  } catch (error) {
    if (!(error instanceof TensorflowError)) throw error;
    throw new Error(`${lineOf(call)}: ${call.kernel} is not possible: ${error.message}`);
  }
}

function specOf(program: Program, value: number): TensorSpec {
  const spec = program.values[value];
  if (!spec) throw new Error(`internal: no value %${value}`);
  return spec;
}
