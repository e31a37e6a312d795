import { UserError } from "../errors.ts";
import type { ByteRange } from "./byte_source.ts";
import type { PickleDialect } from "./pickle_reader.ts";

/** A numpy array as a pickle holds it; its bytes may still be in the file. */
export class PickledArray {
  constructor(
    /** Numpy's type string without its byte order: `u1`, `i8`, … */
    readonly type: string,
    readonly shape: readonly number[],
    /** Whether the first index runs fastest. */
    readonly fortran: boolean,
    readonly bytes: ByteRange,
  ) {}
}

/** A name that a pickle may mention; nothing is imported or called for it. */
export class Known {
  constructor(readonly name: KnownName) {}
}

/** An array or a type that has been announced and not been described yet. */
export class Unfinished {
  type = "";
  array: PickledArray | null = null;
  constructor(readonly kind: "array" | "type") {}
}

/** Long bytes that stay where they are. */
export class LongBytes {
  constructor(readonly range: ByteRange) {}
}

/** Short bytes; text of Python 2 is bytes, too. */
export class ShortBytes {
  constructor(readonly bytes: Uint8Array) {}

  get text(): string {
    return new TextDecoder("latin1").decode(this.bytes);
  }
}

export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** Something that only its dialect knows. */
export class Opaque<T = unknown> {
  constructor(readonly value: T) {}
}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | ShortBytes
  | LongBytes
  | Tuple
  | PickleValue[]
  | Map<string | number, PickleValue>
  | Known
  | Unfinished
  | Opaque;

const NAMES = {
  "numpy.core.multiarray _reconstruct": "array",
  "numpy._core.multiarray _reconstruct": "array",
  "numpy.core.numeric _frombuffer": "buffer",
  "numpy._core.numeric _frombuffer": "buffer",
  "numpy ndarray": "ndarray",
  "numpy dtype": "dtype",
  "_codecs encode": "encode",
} as const;

type KnownName = typeof NAMES[keyof typeof NAMES];

/** Looks up a name that a pickle mentions. Throws a UserError for any but the few that numpy arrays need. */
function knownName(module: string, name: string, where: string): Known {
  const full = `${module} ${name}`;
  if (Object.hasOwn(NAMES, full)) return new Known(NAMES[full as keyof typeof NAMES]);
  throw new UserError(
    `${where}: the pickle asks for ${module}.${name}: only plain values and numpy arrays are read, nothing is run`,
  );
}

/** What a call of a known name stands for. Throws a UserError for calls that numpy does not write. */
function applyKnown(called: PickleValue, argument: PickleValue, where: string): PickleValue {
  const items = argument instanceof Tuple ? argument.items : [];
  if (called instanceof Known && called.name === "array") {
    const [type] = items;
    if (type instanceof Known && type.name === "ndarray") return new Unfinished("array");
  }
  if (called instanceof Known && called.name === "buffer") {
    const [data, type, shape, order] = items;
    const unfinished = new Unfinished("array");
    unfinished.array = arrayOf({ shape, type, fortran: textOf(order) === "F", data }, where);
    return unfinished;
  }
  if (called instanceof Known && called.name === "dtype") {
    const type = textOf(items[0]);
    if (type !== null && /^[a-z]\d{1,2}$/.test(type)) {
      const unfinished = new Unfinished("type");
      unfinished.type = type;
      return unfinished;
    }
  }
  if (called instanceof Known && called.name === "encode") {
    const [text, encoding] = items;
    if (typeof text === "string" && textOf(encoding) === "latin1") return latin1(text, where);
  }
  throw new UserError(`${where}: the pickle calls something that a numpy array does not need`);
}

/** Completes an array or a type with its state. Throws a UserError for anything else. */
function build(target: PickleValue | undefined, state: PickleValue, where: string): void {
  const items = state instanceof Tuple ? state.items : [];
  if (target instanceof Unfinished && target.kind === "type") {
    const order = textOf(items[1]);
    if (order === "<" || order === "|") return;
    throw new UserError(`${where}: expected little-endian numbers, found the byte order ${order}`);
  }
  if (target instanceof Unfinished && target.array === null) {
    const [, shape, type, fortran, data] = items;
    target.array = arrayOf(
      { shape, type, fortran: fortran === true || fortran === 1, data },
      where,
    );
    return;
  }
  throw noArray(where);
}

/** An array of its parts. Throws a UserError if they are none. */
function arrayOf({ shape, type, fortran, data }: {
  readonly shape: PickleValue | undefined;
  readonly type: PickleValue | undefined;
  readonly fortran: boolean;
  readonly data: PickleValue | undefined;
}, where: string): PickledArray {
  const sizes = shape instanceof Tuple ? shape.items : null;
  const bytes = rangeOf(data);
  if (
    sizes === null || !sizes.every(isSize) || !(type instanceof Unfinished) ||
    type.kind !== "type" || bytes === null
  ) {
    throw noArray(where);
  }
  const numbers = sizes as readonly number[];
  const width = Number(type.type.slice(1));
  const expected = numbers.reduce((product, size) => product * size, width);
  if (bytes.length !== expected) {
    throw new UserError(
      `${where}: expected ${expected} bytes for an array of ${
        numbers.join(" × ")
      }, found ${bytes.length}`,
    );
  }
  const several = numbers.filter((size) => size > 1).length > 1;
  return new PickledArray(type.type, numbers, several && fortran, bytes);
}

function noArray(where: string): UserError {
  return new UserError(`${where}: the pickle describes an object that is no plain numpy array`);
}

/** Plain values and numpy arrays. */
export const numpyDialect: PickleDialect = {
  accepts: "plain values and numpy arrays",
  known: knownName,
  apply: applyKnown,
  build,
};

/** Text of either Python, or null. */
export function textOf(value: PickleValue | undefined): string | null {
  if (typeof value === "string") return value;
  return value instanceof ShortBytes ? value.text : null;
}

function isSize(value: PickleValue): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function rangeOf(value: PickleValue | undefined): ByteRange | null {
  if (value instanceof LongBytes) return value.range;
  if (!(value instanceof ShortBytes)) return null;
  const { bytes } = value;
  const source = {
    name: "array",
    length: bytes.length,
    readInto: (target: Uint8Array, at: number) =>
      target.set(bytes.subarray(at, at + target.length)),
  };
  return { source, at: 0, length: bytes.length };
}

function latin1(text: string, where: string): ShortBytes {
  return new ShortBytes(Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    if (letter.length > 1 || code > 255) {
      throw new UserError(`${where}: expected bytes written as Latin-1 text, found "${letter}"`);
    }
    return code;
  }));
}
