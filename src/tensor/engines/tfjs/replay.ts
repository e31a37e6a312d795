import * as tf from "@tensorflow/tfjs";
import { lineOf } from "../../call_sites.ts";
import type { KernelCall, Program } from "../../program.ts";
import { outOfMemoryText } from "../out_of_memory.ts";
import type { NodeBackend } from "./node_backend.ts";
import { CallView, type Rule } from "./rule.ts";
import { rules } from "./rules/table.ts";

interface Step {
  readonly call: KernelCall;
  readonly rule: Rule;
  /** Values that nobody reads after this call. */
  readonly dead: readonly number[];
}

/** A program as calls of rules, each with what may be disposed of after it. */
export class Replay {
  readonly #steps: readonly Step[];

  /** Throws an Error that names the line of a call without a rule. */
  constructor(private readonly program: Program, private readonly node: NodeBackend | undefined) {
    const last = new Map<number, number>();
    for (const [index, { inputs, outputs }] of program.calls.entries()) {
      for (const value of [...outputs, ...inputs]) last.set(value, index);
    }
    for (const value of Object.values(program.outputs)) last.delete(value);
    const dead = program.calls.map((): number[] => []);
    const made = new Set(program.calls.flatMap(({ outputs }) => outputs));
    for (const [value, index] of last) if (made.has(value)) dead[index]?.push(value);
    this.#steps = program.calls.map((call, index) => {
      const rule = rules[call.kernel];
      if (!rule) {
        throw new Error(
          `${lineOf(call)}: the engine "tfjs-node-gpu" has no kernel ${call.kernel}`,
        );
      }
      return { call, rule, dead: dead[index] ?? [] };
    });
  }

  /**
   * Runs the program on `given`: tensors of its inputs and constants, which stay. Returns new tensors of its outputs; whether it
   * returns or throws, all others that it made are disposed of.
   */
  run(given: ReadonlyMap<number, tf.Tensor>): Record<string, tf.Tensor> {
    const tensors = new Map(given);
    const saved = new Map<number, readonly tf.Tensor[]>();
    const made = new Set<number>();
    const dispose = (value: number) => {
      tensors.get(value)?.dispose();
      for (const tensor of saved.get(value) ?? []) tensor.dispose();
      made.delete(value);
    };
    try {
      for (const { call, rule, dead } of this.#steps) {
        const live = { tensors, saved };
        const outputs = runRule(rule, new CallView(call, this.program.values, live, this.node));
        for (const [i, value] of call.outputs.entries()) {
          const tensor = outputs[i];
          if (!tensor) throw new Error(`internal: ${call.kernel} lacks output ${i}`);
          tensors.set(value, tensor);
          made.add(value);
        }
        const more = outputs.slice(call.outputs.length);
        if (more.length) saved.set(call.outputs.at(-1) ?? -1, more);
        for (const value of dead) dispose(value);
      }
      return Object.fromEntries(
        Object.entries(this.program.outputs).map(([name, value]) => {
          const tensor = tensors.get(value);
          if (!tensor) throw new Error(`internal: output "${name}" was not made`);
          return [name, tensor.clone()];
        }),
      );
    } finally {
      for (const value of made) dispose(value);
    }
  }
}

/** TF_Code of errors that the values of the inputs cause, as tfjs-node's messages begin with it, and tfjs's own words for one. */
const ARGUMENT_FAULT = /Invalid TF_Status: (3|11)\b|index value .* is not in/;
const OUT_OF_MEMORY = /Invalid TF_Status: 8\b/;

/** The outputs of a call, none of which is a tensor that it was given. */
function runRule(rule: Rule, view: CallView): tf.Tensor[] {
  try {
    return tf.tidy(() => {
      const given = new Set(view.call.inputs.map((_, index) => view.raw(index)));
      return [rule(view)].flat().map((tensor) => given.has(tensor) ? tensor.clone() : tensor);
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const text = error.message.replace(/^Invalid TF_Status: \d+\s*Message: /, "");
    const said = `${lineOf(view.call)}: ${view.call.kernel}: ${text}`;
    if (ARGUMENT_FAULT.test(error.message)) throw new RangeError(said, { cause: error });
    const isMemory = OUT_OF_MEMORY.test(error.message);
    throw new Error(isMemory ? outOfMemoryText(said) : said, { cause: error });
  }
}
