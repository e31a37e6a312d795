import { UserError } from "../errors.ts";
import { type ByteSource, readBytes } from "./byte_source.ts";
import { integers } from "./npy.ts";
import { PickleReader } from "./pickle_reader.ts";
import { numpyDialect, PickledArray, Unfinished } from "./pickle_values.ts";

/** A dictionary in a pickle: its keys are text, its values arrays, lists, text or numbers. */
export type PickledDict = ReadonlyMap<string, unknown>;

/**
 * Reads a pickled dictionary of protocol 1 to 5 without running anything: opcodes that could import, call or construct are
 * refused by name, but for the few that describe a numpy array. Long bytes are not read, so a file larger than the memory is no
 * problem. Throws a UserError that begins with the source's name and the place in it for anything else.
 */
export function readPickledDict(source: ByteSource): PickledDict {
  const value = new PickleReader(source, { dialect: numpyDialect }).read();
  if (!(value instanceof Map)) {
    throw new UserError(`${source.name}: expected a pickled dictionary, found something else`);
  }
  const dict = new Map<string, unknown>();
  for (const [key, item] of value) {
    dict.set(String(key), item instanceof Unfinished && item.array !== null ? item.array : item);
  }
  return dict;
}

/** An array of bytes in a dictionary. Throws a UserError that begins with `name` if there is none. */
export function pickledBytes(dict: PickledDict, key: string, name: string): PickledArray {
  const value = dict.get(key);
  if (value instanceof PickledArray && value.type === "u1") return value;
  const keys = [...dict.keys()].join(", ");
  throw new UserError(`${name}: expected an array "${key}" of bytes, found the keys ${keys}`);
}

/** A list or array of integers in a dictionary. Throws a UserError that begins with `name` if there is none. */
export function pickledIntegers(dict: PickledDict, key: string, name: string): number[] {
  const value = dict.get(key);
  if (value instanceof PickledArray && value.shape.length === 1) {
    const { bytes: { source, at, length }, type, shape: [count = 0] } = value;
    const descr = type.endsWith("1") ? `|${type}` : `<${type}`;
    return integers(readBytes(source, { at, length }), { descr, count, name });
  }
  if (Array.isArray(value) && value.every((item) => Number.isInteger(item))) return value;
  const keys = [...dict.keys()].join(", ");
  throw new UserError(`${name}: expected a list "${key}" of integers, found the keys ${keys}`);
}
