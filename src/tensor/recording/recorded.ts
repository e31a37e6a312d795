import type { ProgramBuilder } from "../builder.ts";

/** One tfjs kernel call while recording. */
export interface Recorded {
  readonly builder: ProgramBuilder;
  /** Values of tfjs's named inputs. */
  readonly inputs: Readonly<Record<string, number>>;
  /** tfjs's attributes, as its kernels define them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** All input values in order, for kernels that take a list. */
  readonly list: readonly number[];
}

/** Turns one tfjs kernel call into calls of the program's own kernels; returns the output values. */
export type Rule = (call: Recorded) => number | readonly number[];

/** An input of a tfjs kernel. */
export function input(call: Recorded, name: string): number {
  const value = call.inputs[name];
  if (value === undefined) throw new Error(`internal: tfjs gave no input ${name}`);
  return value;
}

/** An input that is no pixel store: cast where it has a storage type. */
export function plain(call: Recorded, name: string): number {
  return unpack(call.builder, input(call, name));
}

function unpack(builder: ProgramBuilder, value: number): number {
  const { storage, dtype } = builder.spec(value);
  return storage ? builder.call("Cast", [value], { attributes: { dtype } }) : value;
}
