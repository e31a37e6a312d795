import type { KernelCall, TensorSpec } from "../../program.ts";
import { Attributes } from "../../kernels.ts";
import type { KernelExports } from "./instantiate.ts";
import type { Heap } from "./heap.ts";
import type { Pool } from "./pool.ts";

/** Addresses during a run: of values by their number, then of scratch. */
export class Addresses {
  readonly #addresses: Float64Array;

  constructor(count: number) {
    this.#addresses = new Float64Array(count);
  }

  at(slot: number): number {
    return this.#addresses[slot] ?? 0;
  }

  set(slot: number, address: number): void {
    this.#addresses[slot] = address;
  }
}

/** One call made ready: runs it on the addresses of its operands. */
export type Run = (addresses: Addresses) => void;

/** What a lowering says of one call. */
export interface Lowered {
  readonly run: Run;
  /** Inputs (by position) that output 0 may overwrite if nobody needs them later. They have its size. */
  readonly inPlace?: readonly number[];
}

/** What the lowering of one call may ask for. */
export interface LoweringContext {
  readonly kernels: KernelExports;
  readonly heap: Heap;
  readonly pool: Pool;
  /** Whether any call or output reads a value. */
  isUsed(value: number): boolean;
  /** A slot of memory for the time of this call. */
  scratch(bytes: number): number;
  /** The address of a table that stays. */
  table(data: readonly number[]): number;
}

/** A call with its specs at hand. */
export class CallView {
  readonly attributes: Attributes;

  constructor(readonly call: KernelCall, private readonly values: readonly TensorSpec[]) {
    this.attributes = new Attributes(call.attributes);
  }

  /** Slot of an input. */
  in(index: number): number {
    return required(this.call.inputs[index]);
  }

  /** Slot of an output. */
  out(index = 0): number {
    return required(this.call.outputs[index]);
  }

  inSpec(index: number): TensorSpec {
    return required(this.values[this.in(index)]);
  }

  outSpec(index = 0): TensorSpec {
    return required(this.values[this.out(index)]);
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("internal: a call lacks an operand");
  return value;
}

/** Lowers one kind of call; undefined if this shape or type is not for this lowering. */
export type Lower = (view: CallView, context: LoweringContext) => Lowered | undefined;

/** Bytes of an element in the engine's memory: four, but one for uint8 storage. Bools are int32 0 or 1. */
export function elementBytes(spec: TensorSpec): number {
  return spec.storage === "uint8" ? 1 : 4;
}
