import { lineOf } from "../../call_sites.ts";
import type { DeviceTensor, Executable } from "../../engine.ts";
import { expandProgram } from "../../expand.ts";
import { type Program, sameSpec, specText } from "../../program.ts";
import { outOfMemoryText } from "../out_of_memory.ts";
import { TensorflowError, text } from "./library.ts";
import { rules } from "./lower/table.ts";
import { callInMessage, lowerProgram } from "./lower_program.ts";
import type { Runtime } from "./runtime.ts";
import { TensorflowTensor } from "./tensor.ts";

/** What an executable needs of its engine. */
export interface Owner {
  readonly runtime: Runtime;
  /** A tensor of the engine for a new handle. */
  adopt(handle: Deno.PointerValue, spec: TensorflowTensor["spec"]): TensorflowTensor;
  /** Deletes the handle of a tensor, unless that is done: the engine may be closed during a run. */
  release(tensor: TensorflowTensor, why: string): void;
  /** Revives a tensor whose handle is still there. */
  keep(tensor: TensorflowTensor): void;
}

/** Completes "was … before". */
const REPLACED = "replaced as state";

/** TF_Code of errors that the values of the inputs cause. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const OUT_OF_RANGE = 11;

// A name cannot be given to another function later.
let functions = 0;

/** A program as a function that TensorFlow knows. */
export class TensorflowExecutable implements Executable {
  readonly #name = `retable_program_${functions++}`;
  /** The program in kernels that have a rule. */
  readonly #lowered: Program;
  readonly #state: ReadonlySet<string>;
  readonly #outputs: readonly (readonly [name: string, spec: TensorflowTensor["spec"]])[];
  #disposed = false;
  /** Runs that are under way. */
  #runs = 0;

  constructor(readonly program: Program, private readonly owner: Owner) {
    this.#state = new Set(program.state);
    this.#outputs = Object.entries(program.outputs).map(([name, value]) => [
      name,
      program.values[value]!,
    ]);
    const { library, context } = owner.runtime;
    this.#lowered = expandProgram(program, (kernel) => Object.hasOwn(rules, kernel));
    const made = lowerProgram(this.#lowered, { library, name: this.#name });
    try {
      library.checked((status) => library.symbols.TFE_ContextAddFunction(context, made, status));
    } finally {
      library.symbols.TF_DeleteFunction(made);
    }
  }

  async run(inputs: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>> {
    if (this.#disposed) throw new Error("This executable was disposed");
    const given = this.#check(inputs);
    const state = [...this.#state].map((name) => given.get(name)!);
    // At once: nobody else may take or free them while this run has them.
    for (const tensor of state) tensor.kill(REPLACED);
    let handles: Deno.PointerValue[];
    this.#runs++;
    try {
      handles = await this.#execute([...given.values()]);
    } catch (error) {
      for (const tensor of state) this.owner.keep(tensor);
      throw error;
    } finally {
      this.#runs--;
      if (this.#disposed) this.#removeIfIdle();
    }
    for (const tensor of state) this.owner.release(tensor, REPLACED);
    const outputs = Object.fromEntries(
      this.#outputs.map(([name, spec], i) => [name, this.owner.adopt(handles[i]!, spec)]),
    );
    // A turn of the event loop, so that signals and timers are served between steps: many short calls may end within one.
    await new Promise((resolve) => setImmediate(resolve));
    return outputs;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#removeIfIdle();
  }

  /** Takes the function from TensorFlow, unless it runs: then its end does. */
  #removeIfIdle(): void {
    if (this.#runs > 0) return;
    const { library, context } = this.owner.runtime;
    library.checked((status) =>
      library.symbols.TFE_ContextRemoveFunction(context, text(this.#name), status)
    );
  }

  /** The tensors in the program's order. TensorFlow does not look at shapes: they are checked here. */
  #check(inputs: Readonly<Record<string, DeviceTensor>>): Map<string, TensorflowTensor> {
    const given = new Map<string, TensorflowTensor>();
    for (const [name, value] of Object.entries(this.program.inputs)) {
      const tensor = inputs[name];
      const spec = this.program.values[value];
      if (!(tensor instanceof TensorflowTensor)) throw new Error(`Input "${name}" is missing`);
      tensor.check(this.owner, `Input "${name}"`);
      if (!spec || !sameSpec(tensor.spec, spec)) {
        throw new Error(
          `Input "${name}": expected ${spec && specText(spec)}, found ${specText(tensor.spec)}`,
        );
      }
      given.set(name, tensor);
    }
    const state = new Set([...this.#state].map((name) => given.get(name)));
    if ([...given.values()].filter((tensor) => state.has(tensor)).length > state.size) {
      throw new Error("A tensor that is replaced as state is given twice");
    }
    return given;
  }

  /** Calls the function; the handles of its outputs. */
  async #execute(tensors: readonly TensorflowTensor[]): Promise<Deno.PointerValue[]> {
    const { library, context } = this.owner.runtime;
    const { symbols } = library;
    const operation = library.checked((status) =>
      symbols.TFE_NewOp(context, text(this.#name), status)
    );
    // Other runs may go on meanwhile, so the status is this one's own.
    const status = symbols.TF_NewStatus();
    try {
      const inputs = addresses(tensors.map(({ handle }) => handle));
      symbols.TFE_OpAddInputList(operation, inputs, tensors.length, status);
      library.check(status);
      const results = new BigUint64Array(this.#outputs.length);
      const count = Int32Array.of(results.length);
      await symbols.TFE_Execute(operation, results, count, status);
      library.check(status);
      // Deno lets go of what a call on another thread is given: both buffers are kept by their use here.
      return Array.from(
        results.subarray(0, count[0]),
        (address) => Deno.UnsafePointer.create(address),
      );
    } catch (error) {
      throw error instanceof TensorflowError ? this.#explained(error) : error;
    } finally {
      symbols.TF_DeleteStatus(status);
      symbols.TFE_DeleteOp(operation);
    }
  }

  /** The error of a run, with the line of the call that failed. */
  #explained({ code, message }: TensorflowError): Error {
    const call = callInMessage(this.#lowered, message);
    const own = message.replaceAll(/\{\{(function_)?node [^}]*\}\}\s*/g, "");
    const first = own.split("\n").find((line) => line.trim() !== "") ?? own;
    const said = `${call ? `${lineOf(call)}: ${call.kernel}: ` : ""}${first}`;
    if (code === INVALID_ARGUMENT || code === OUT_OF_RANGE) return new RangeError(said);
    return new Error(code === RESOURCE_EXHAUSTED ? outOfMemoryText(said) : said);
  }
}

function addresses(pointers: readonly Deno.PointerValue[]): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.from(pointers, (pointer) => Deno.UnsafePointer.value(pointer));
}
