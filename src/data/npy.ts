import { UserError } from "../errors.ts";

/** What the header of an .npy array says. */
export interface NpyHeader {
  /** Numpy's type string: `|u1`, `<i4`, `<i8`, … */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Where the values begin, in bytes. */
  readonly dataAt: number;
}

/** Bytes that hold any header that is accepted here. */
export const NPY_HEADER_BYTES = 1 << 12;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const FIELDS =
  /^\{\s*'descr'\s*:\s*'([^']{1,16})'\s*,\s*'fortran_order'\s*:\s*(True|False)\s*,\s*'shape'\s*:\s*\(((?:\s*\d{1,15}L?\s*,?)*)\s*\)\s*,?\s*\}\s*$/;

/**
 * Reads the header of an .npy array (format versions 1 to 3) from its first bytes. The header is Python text; it is matched
 * against the one form that numpy writes, never evaluated. Throws a UserError that begins with `name` for anything else,
 * for arrays of objects (they hold a pickle) and for Fortran order.
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new UserError(`${name}: expected an .npy array, found other bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3 || bytes.length < 12) {
    throw new UserError(`${name}: expected .npy format version 1 to 3, found ${version}`);
  }
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) {
    throw new UserError(`${name}: the .npy header is truncated or longer than any of numpy's`);
  }
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const [, descr, fortran, shapeText] = FIELDS.exec(text) ?? [];
  if (descr === undefined || shapeText === undefined) {
    throw new UserError(`${name}: not an .npy header as numpy writes it: ${text.trim()}`);
  }
  if (!/^[<>|=]?[a-zA-Z]\d+$/.test(descr) || /[OV]/.test(descr)) {
    throw new UserError(
      `${name}: expected an array of plain numbers, found the type "${descr}": objects would run code when they are read`,
    );
  }
  if (fortran === "True" && shapeText.split(",").filter((n) => n.trim() !== "").length > 1) {
    throw new UserError(`${name}: expected an array in C order, found Fortran order`);
  }
  const shape = shapeText.split(",").map((n) => n.trim().replace(/L$/, ""))
    .filter((n) => n !== "").map(Number);
  return { descr, shape, dataAt: start + length };
}

/** How wide each integer type is that this program reads; signed ones are negative. */
const INTEGER_BYTES: Readonly<Record<string, number>> = {
  "|u1": 1,
  "|i1": -1,
  "<u2": 2,
  "<i2": -2,
  "<u4": 4,
  "<i4": -4,
  "<u8": 8,
  "<i8": -8,
};

/** Bytes of one value of an integer type. Throws a UserError for types that are no little-endian integers. */
export function integerBytes(descr: string, name: string): number {
  const bytes = INTEGER_BYTES[descr];
  if (bytes !== undefined) return Math.abs(bytes);
  throw new UserError(`${name}: expected little-endian integers, found the type "${descr}"`);
}

/** The values of integers as numpy stores them. Throws a UserError for a value beyond 2⁵³ and for a wrong number of bytes. */
export function integers(bytes: Uint8Array, { descr, count, name }: {
  readonly descr: string;
  readonly count: number;
  readonly name: string;
}): number[] {
  const width = integerBytes(descr, name);
  if (bytes.length !== width * count) {
    throw new UserError(
      `${name}: expected ${count} values of ${width} bytes, found ${bytes.length} bytes in all`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signed = INTEGER_BYTES[descr]! < 0;
  const read = (at: number): number => {
    switch (width) {
      case 1:
        return signed ? view.getInt8(at) : view.getUint8(at);
      case 2:
        return signed ? view.getInt16(at, true) : view.getUint16(at, true);
      case 4:
        return signed ? view.getInt32(at, true) : view.getUint32(at, true);
    }
    const value = Number(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value)) throw new UserError(`${name}: found a value beyond 2^53`);
    return value;
  };
  return Array.from({ length: count }, (_, i) => read(i * width));
}

/** Reads a list of integers from a whole .npy file. Throws a UserError unless it is one-dimensional and exactly as long as it says. */
export function parseNpyList(bytes: Uint8Array, name: string): number[] {
  const { descr, shape, dataAt } = parseNpyHeader(bytes.subarray(0, NPY_HEADER_BYTES), name);
  const [count] = shape;
  if (count === undefined || shape.length !== 1) {
    throw new UserError(
      `${name}: expected a list (one dimension), found the shape (${shape.join(", ")})`,
    );
  }
  return integers(bytes.subarray(dataAt), { descr, count, name });
}
