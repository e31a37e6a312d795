import { lineOf } from "../../call_sites.ts";
import type { DeviceTensor, Executable } from "../../engine.ts";
import { elementCount, type Program, sameSpec, specText, type TensorSpec } from "../../program.ts";
import type { Arena } from "./arena.ts";
import type { KernelExports } from "./instantiate.ts";
import type { Heap } from "./heap.ts";
import { fallback } from "./lower/fallback.ts";
import { lowerings } from "./lower/table.ts";
import {
  Addresses,
  CallView,
  elementBytes,
  type Lowered,
  type LoweringContext,
  type Run,
} from "./lowering.ts";
import { type MemoryPlan, planMemory, type Scratch } from "./plan_memory.ts";
import type { Pool } from "./pool.ts";
import { WasmTensor } from "./tensor.ts";

/** What an executable shares with its engine. */
export interface Machine {
  readonly heap: Heap;
  readonly arena: Arena;
  readonly kernels: KernelExports;
  readonly pool: Pool;
}

function bytesOf(spec: TensorSpec): number {
  return elementBytes(spec) * elementCount(spec.shape);
}

/** A program lowered to calls of the kernels, with a place for every value. */
export class WasmExecutable implements Executable {
  readonly #runs: Run[] = [];
  readonly #addresses: Addresses;
  readonly #plan: MemoryPlan;
  /** Blocks that live as long as the executable: constants and tables. */
  readonly #blocks: number[] = [];
  /** Slots of values that lie in the arena, with their offsets. */
  readonly #inArena: (readonly [slot: number, offset: number])[];
  /** Input name -> the slots that share its memory. */
  readonly #inputSlots: ReadonlyMap<string, readonly number[]>;
  /** Outputs that lie in the memory of an input or a constant, hence are read before state is written. */
  readonly #passedThrough: ReadonlySet<string>;
  #arenaAddress = -1;
  #disposed = false;

  constructor(readonly program: Program, private readonly machine: Machine) {
    try {
      const { inPlace, scratch } = this.#lowerCalls();
      this.#plan = planMemory(program, { inPlace, scratch });
      this.#addresses = new Addresses(program.values.length + scratch.length);
      const slots = [...program.values.keys(), ...scratch.map(({ slot }) => slot)];
      this.#inArena = slots.flatMap((slot) => {
        const offset = this.#plan.offsets.get(this.#plan.roots[slot] ?? slot);
        return offset === undefined ? [] : [[slot, offset] as const];
      });
      this.#inputSlots = new Map(
        Object.entries(program.inputs).map(([name, value]) => [name, this.#sharing(value)]),
      );
      this.#passedThrough = new Set(
        Object.entries(program.outputs)
          .filter(([, value]) => !this.#plan.offsets.has(this.#plan.roots[value] ?? value))
          .map(([name]) => name),
      );
      for (const constant of program.constants) this.#placeConstant(constant);
      machine.arena.reserve(this.#plan.bytes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Bytes of values and scratch at the fullest moment. */
  get arenaBytes(): number {
    return this.#plan.bytes;
  }

  async run(inputs: Readonly<Record<string, DeviceTensor>>): Promise<Record<string, DeviceTensor>> {
    if (this.#disposed) throw new Error("This executable was disposed");
    const given = this.#check(inputs);
    this.#bind(given);
    for (const run of this.#runs) run(this.#addresses);
    const outputs = this.#collect(given);
    // A turn of the event loop, so that signals and timers are served between steps.
    await new Promise((resolve) => setImmediate(resolve));
    return outputs;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const address of this.#blocks) this.machine.heap.free(address);
  }

  /** Fills the runs; returns what the calls ask of the memory plan. */
  #lowerCalls(): { inPlace: (readonly number[])[]; scratch: Scratch[] } {
    const { program, machine: { heap, kernels, pool } } = this;
    const scratch: Scratch[] = [];
    const used = new Set([
      ...program.calls.flatMap((call) => call.inputs),
      ...Object.values(program.outputs),
    ]);
    const inPlace: (readonly number[])[] = [];
    for (const [index, call] of program.calls.entries()) {
      if (call.kernel === "Reshape") {
        inPlace.push([]);
        continue;
      }
      const lowered = this.#lower(new CallView(call, program.values), {
        ...{ heap, kernels, pool },
        isUsed: (value) => used.has(value),
        table: (data) => this.#table(data),
        scratch: (bytes) => {
          const slot = program.values.length + scratch.length;
          scratch.push({ slot, call: index, bytes });
          return slot;
        },
      });
      inPlace.push(lowered.inPlace ?? []);
      this.#runs.push(lowered.run);
    }
    return { inPlace, scratch };
  }

  #lower(view: CallView, context: LoweringContext): Lowered {
    const lowered = lowerings[view.call.kernel]?.(view, context) ?? fallback(view, context);
    if (lowered) return lowered;
    throw new Error(`${lineOf(view.call)}: the wasm engine has no kernel ${view.call.kernel}`);
  }

  #block(bytes: number): number {
    const address = this.machine.heap.allocate(bytes);
    this.#blocks.push(address);
    return address;
  }

  #table(data: readonly number[]): number {
    const address = this.#block(4 * data.length);
    this.machine.heap.integers(address, data.length).set(data);
    return address;
  }

  #sharing(root: number): number[] {
    return this.#plan.roots.flatMap((own, value) => own === root ? [value] : []);
  }

  #placeConstant({ value, splat, data }: Program["constants"][number]): void {
    const spec = this.program.values[value];
    if (!spec) throw new Error(`internal: no value %${value}`);
    const count = elementCount(spec.shape);
    const address = this.#block(4 * count);
    const { heap } = this.machine;
    const view = spec.dtype === "float32"
      ? heap.floats(address, count)
      : heap.integers(address, count);
    if (data) view.set(data);
    else view.fill(splat ?? 0);
    for (const slot of this.#sharing(value)) this.#addresses.set(slot, address);
  }

  #check(inputs: Readonly<Record<string, DeviceTensor>>): Map<string, WasmTensor> {
    const given = new Map<string, WasmTensor>();
    const state = new Set<WasmTensor>();
    for (const [name, value] of Object.entries(this.program.inputs)) {
      const tensor = inputs[name];
      const spec = this.program.values[value];
      if (!(tensor instanceof WasmTensor)) throw new Error(`Input "${name}" is missing`);
      tensor.check(this.machine.heap, `Input "${name}"`);
      if (!spec || !sameSpec(tensor.spec, spec)) {
        throw new Error(
          `Input "${name}": expected ${spec && specText(spec)}, found ${specText(tensor.spec)}`,
        );
      }
      given.set(name, tensor);
    }
    for (const name of this.program.state) {
      const tensor = given.get(name);
      if (tensor) state.add(tensor);
    }
    if ([...given.values()].filter((tensor) => state.has(tensor)).length > state.size) {
      throw new Error("A tensor that is replaced as state is given twice");
    }
    return given;
  }

  #bind(given: ReadonlyMap<string, WasmTensor>): void {
    const base = this.machine.arena.address;
    if (base !== this.#arenaAddress) {
      for (const [slot, offset] of this.#inArena) this.#addresses.set(slot, base + offset);
      this.#arenaAddress = base;
    }
    for (const [name, slots] of this.#inputSlots) {
      const address = given.get(name)?.address ?? 0;
      for (const slot of slots) this.#addresses.set(slot, address);
    }
  }

  /** Moves the outputs out of the arena: state to the memory of the input that it replaces, the rest to tensors of their own. */
  #collect(given: ReadonlyMap<string, WasmTensor>): Record<string, DeviceTensor> {
    const { heap } = this.machine;
    const outputs: Record<string, DeviceTensor> = {};
    const state = new Set(this.program.state);
    // What lies in an input's memory is copied aside before state overwrites it.
    const aside = new Map<string, number>();
    for (const [name, value] of Object.entries(this.program.outputs)) {
      const spec = this.program.values[value];
      if (!spec) throw new Error(`internal: no value %${value}`);
      if (state.has(name) && !this.#passedThrough.has(name)) continue;
      const from = this.#addresses.at(value);
      if (state.has(name) && from === given.get(name)?.address) continue;
      const address = heap.allocate(bytesOf(spec));
      heap.bytes(address, bytesOf(spec)).set(heap.bytes(from, bytesOf(spec)));
      if (state.has(name)) aside.set(name, address);
      else outputs[name] = new WasmTensor(spec, address, heap);
    }
    for (const name of this.program.state) {
      const tensor = given.get(name);
      const value = this.program.outputs[name];
      if (!tensor || value === undefined) throw new Error(`internal: state ${name}`);
      const from = aside.get(name) ?? this.#addresses.at(value);
      const bytes = bytesOf(tensor.spec);
      if (from !== tensor.address) {
        heap.bytes(tensor.address, bytes).set(heap.bytes(from, bytes));
      }
      tensor.kill("replaced as state");
      outputs[name] = new WasmTensor(tensor.spec, tensor.address, heap);
    }
    for (const address of aside.values()) heap.free(address);
    return outputs;
  }
}
