import * as tf from "@tensorflow/tfjs";
import type { DeviceTensor, Executable } from "../../engine.ts";
import { expandProgram } from "../../expand.ts";
import { type Program, sameSpec, specText } from "../../program.ts";
import { onBackend } from "./backend_scope.ts";
import { asNodeBackend } from "./node_backend.ts";
import { Replay } from "./replay.ts";
import { rules } from "./rules/table.ts";
import { TfjsTensor } from "./tensor.ts";

/** What an executable needs of its engine. */
export interface Owner {
  /** The name that TensorFlow.js knows the backend by. */
  readonly backend: string;
  /** A tensor of the engine for one of TensorFlow.js. */
  adopt(tensor: tf.Tensor, spec: TfjsTensor["spec"]): TfjsTensor;
  /** Disposes of a tensor. */
  release(tensor: TfjsTensor, why: string): void;
}

/** A program that is replayed kernel by kernel. */
export class TfjsExecutable implements Executable {
  /** The program in kernels that have a rule. */
  readonly #expanded: Program;
  readonly #replay: Replay;
  readonly #constants: ReadonlyMap<number, tf.Tensor>;
  #disposed = false;

  constructor(readonly program: Program, private readonly owner: Owner) {
    this.#expanded = expandProgram(program, (kernel) => Object.hasOwn(rules, kernel));
    const { backend } = owner;
    [this.#replay, this.#constants] = onBackend(backend, () => [
      new Replay(this.#expanded, asNodeBackend(tf.backend())),
      constantsOf(this.#expanded),
    ]);
  }

  async run(inputs: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>> {
    if (this.#disposed) throw new Error("This executable was disposed");
    const given = this.#check(inputs);
    const tensors = new Map(this.#constants);
    for (const [name, value] of Object.entries(this.#expanded.inputs)) {
      tensors.set(value, given.get(name)!.tensor);
    }
    const results = onBackend(this.owner.backend, () => this.#replay.run(tensors));
    for (const name of this.program.state) {
      this.owner.release(given.get(name)!, "replaced as state");
    }
    const outputs = Object.fromEntries(
      Object.entries(this.program.outputs).map(([name, value]) => [
        name,
        this.owner.adopt(results[name]!, this.program.values[value]!),
      ]),
    );
    // A turn of the event loop, so that signals and timers are served between steps.
    await new Promise((resolve) => setImmediate(resolve));
    return outputs;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of this.#constants.values()) tensor.dispose();
  }

  #check(inputs: Readonly<Record<string, DeviceTensor>>): Map<string, TfjsTensor> {
    const given = new Map<string, TfjsTensor>();
    for (const [name, value] of Object.entries(this.program.inputs)) {
      const tensor = inputs[name];
      const spec = this.program.values[value];
      if (!(tensor instanceof TfjsTensor)) throw new Error(`Input "${name}" is missing`);
      tensor.check(this.owner, `Input "${name}"`);
      if (!spec || !sameSpec(tensor.spec, spec)) {
        throw new Error(
          `Input "${name}": expected ${spec && specText(spec)}, found ${specText(tensor.spec)}`,
        );
      }
      given.set(name, tensor);
    }
    const state = new Set(this.program.state.map((name) => given.get(name)));
    if ([...given.values()].filter((tensor) => state.has(tensor)).length > state.size) {
      throw new Error("A tensor that is replaced as state is given twice");
    }
    return given;
  }
}

function constantsOf({ constants, values }: Program): Map<number, tf.Tensor> {
  return new Map(constants.map(({ value, splat, data }) => {
    const { shape, dtype } = values[value]!;
    const tensor = data ? tf.tensor([...data], [...shape], dtype) : tf.fill(
      [...shape],
      dtype === "bool" ? Boolean(splat) as unknown as number : splat ?? 0,
      dtype,
    );
    return [value, tensor];
  }));
}
