import type { DeviceTensor, Executable } from "../../engine.ts";
import { type Program, sameSpec, specText, type TensorSpec } from "../../program.ts";
import type { Lifetime } from "./lifetime.ts";
import { explained } from "./out_of_memory.ts";
import type { Pending } from "./pending.ts";
import type { Client } from "./pjrt/client.ts";
import type { LoadedExecutable } from "./pjrt/loaded_executable.ts";
import type { Tensors } from "./tensors.ts";
import type { XlaTensor } from "./tensor.ts";

/** What an executable shares with its engine. */
export interface Machine {
  readonly client: Client;
  readonly tensors: Tensors;
  readonly pending: Pending;
  readonly lifetime: Lifetime;
  /** Executions that may be under way when `run` returns. */
  readonly ahead: number;
}

/** A compiled program. */
export class XlaExecutable implements Executable {
  readonly #inputs: readonly (readonly [name: string, spec: TensorSpec, isState: boolean])[];
  readonly #outputs: readonly (readonly [name: string, spec: TensorSpec])[];
  #disposed = false;

  constructor(
    readonly program: Program,
    private readonly loaded: LoadedExecutable,
    private readonly machine: Machine,
    private readonly onDispose: () => void,
  ) {
    const spec = (value: number): TensorSpec => {
      const found = program.values[value];
      if (!found) throw new Error(`internal: no value %${value}`);
      return found;
    };
    const state = new Set(program.state);
    this.#inputs = Object.entries(program.inputs).map(([name, value]) =>
      [name, spec(value), state.has(name)] as const
    );
    this.#outputs = Object.entries(program.outputs).map(([name, value]) =>
      [name, spec(value)] as const
    );
    if (loaded.outputCount !== this.#outputs.length) {
      throw new Error(
        `internal: ${loaded.outputCount} outputs were compiled, expected ${this.#outputs.length}`,
      );
    }
  }

  /** Bytes that an execution needs beside inputs and outputs, if the plugin says so. */
  get temporaryBytes(): number | undefined {
    return this.loaded.memory?.temporaryBytes;
  }

  /** Returns when the execution is enqueued; an error of it is thrown by the next `run` or `download`. */
  run(inputs: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>> {
    return this.machine.lifetime.during(async () => {
      await this.machine.pending.atMost(this.machine.ahead);
      this.machine.lifetime.check();
      const outputs = this.#enqueue(inputs);
      // A turn of the event loop, so that signals and timers are served between steps: nobody waits for a program that has ended already.
      await new Promise((resolve) => setImmediate(resolve));
      return outputs;
    });
  }

  #enqueue(inputs: Readonly<Record<string, DeviceTensor>>): Record<string, DeviceTensor> {
    const { client, tensors, pending } = this.machine;
    if (this.#disposed) throw new Error("This executable was disposed");
    const given = this.#check(inputs);
    const explain = (error: unknown) =>
      explained(error, { what: "A program failed", client, program: this.loaded.memory });
    let execution: ReturnType<LoadedExecutable["execute"]>;
    try {
      execution = this.loaded.execute(given.map(({ buffer }) => buffer));
    } catch (error) {
      this.#endDeleted(given);
      throw explain(error);
    }
    const donated = given.filter((_, i) => this.#inputs[i]?.[2]);
    for (const tensor of donated) tensors.donate(tensor);
    const release = () => tensors.release(donated);
    if (execution.done === 0n) release();
    else pending.push({ done: execution.done, explain, release });
    const outputs: Record<string, DeviceTensor> = {};
    for (const [i, [name, spec]] of this.#outputs.entries()) {
      outputs[name] = tensors.add(spec, execution.outputs[i] ?? 0n);
    }
    return outputs;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.loaded.destroy();
    this.onDispose();
  }

  /** The tensors of the inputs, in order. Throws an Error on what the plugin would end the process for. */
  #check(inputs: Readonly<Record<string, DeviceTensor>>): XlaTensor[] {
    const state = new Set<DeviceTensor>();
    const given = this.#inputs.map(([name, spec, isState]) => {
      const own = inputs[name];
      if (!own) throw new Error(`Input "${name}" is missing`);
      const tensor = this.machine.tensors.own(own, `Input "${name}"`);
      if (!sameSpec(tensor.spec, spec)) {
        throw new Error(
          `Input "${name}": expected ${specText(spec)}, found ${specText(tensor.spec)}`,
        );
      }
      if (isState) state.add(tensor);
      return tensor;
    });
    let uses = 0;
    for (const tensor of given) if (state.has(tensor)) uses++;
    if (uses > state.size || state.size < this.program.state.length) {
      throw new Error("A tensor that is replaced as state is given twice");
    }
    return given;
  }

  /** After a failure: state that the plugin has taken already is dead. */
  #endDeleted(given: readonly XlaTensor[]): void {
    for (const [i, [, , isState]] of this.#inputs.entries()) {
      const tensor = given[i];
      if (isState && tensor && this.machine.tensors.isDeleted(tensor)) {
        this.machine.tensors.donate(tensor);
        this.machine.tensors.release([tensor]);
      }
    }
  }
}
