/**
 * The safetensors file format (huggingface/safetensors): eight bytes with the header's length, a JSON header, the tensors'
 * bytes back to back, everything little endian. Written with sorted names, so equal contents are equal bytes.
 */
import { ELEMENT_BYTES, type ElementType, floatValues } from "./element_type.ts";

/** One tensor: row-major little-endian bytes. */
export interface SafeTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What a file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A longer header is taken for damage. */
export const MAX_HEADER_BYTES = 100_000_000;

/** A tensor from a typed array. Float32Array → F32, Int32Array → I32, Uint8Array → U8, Uint16Array holds F16 bits. */
export function safeTensor(
  data: Float32Array | Int32Array | Uint8Array | Uint16Array,
  shape: readonly number[] = [data.length],
): SafeTensor {
  const dtype = data instanceof Float32Array
    ? "F32"
    : data instanceof Int32Array
    ? "I32"
    : data instanceof Uint16Array
    ? "F16"
    : "U8";
  if (count(shape) !== data.length) {
    throw new RangeError(`Expected ${count(shape)} values for [${shape}], found ${data.length}`);
  }
  return { dtype, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A tensor's F32 values. Throws a TypeError for another type. */
export function float32Values(tensor: SafeTensor): Float32Array {
  return new Float32Array(ownBuffer(tensor, "F32"));
}

/** A tensor of any float type as float32. Throws a TypeError for another type. */
export function asFloat32Values({ bytes, dtype }: SafeTensor): Float32Array {
  return floatValues(bytes, dtype);
}

/** A tensor's I32 values. Throws a TypeError for another type. */
export function int32Values(tensor: SafeTensor): Int32Array {
  return new Int32Array(ownBuffer(tensor, "I32"));
}

/** A tensor's F16 bits. Throws a TypeError for another type. */
export function float16BitValues(tensor: SafeTensor): Uint16Array {
  return new Uint16Array(ownBuffer(tensor, "F16"));
}

/** The bytes of a file with these tensors (sorted by name) and this metadata. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>> | ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = [...(tensors instanceof Map ? tensors : new Map(Object.entries(tensors)))] as [
    string,
    SafeTensor,
  ][];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const header: Record<string, unknown> = {};
  const keys = Object.keys(metadata).sort();
  if (keys.length > 0) {
    header.__metadata__ = Object.fromEntries(keys.map((key) => [key, metadata[key]]));
  }
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of entries) {
    const expected = count(shape) * ELEMENT_BYTES[dtype];
    if (bytes.length !== expected) {
      throw new RangeError(`${name}: expected ${expected} bytes, found ${bytes.length}`);
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8; // padded with spaces, so that tensors are aligned
  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { bytes }] of entries) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * Reads a file's bytes; the tensors are views into them. Throws a SyntaxError that begins with `source` for anything
 * that is not exactly one header and its tensors: truncated, trailing or overlapping bytes, gaps, unknown types.
 */
export function decodeSafetensors(file: Uint8Array, source = "safetensors"): Safetensors {
  const fail = (problem: string): never => {
    throw new SyntaxError(`${source}: ${problem}`);
  };
  if (file.length < 8) fail(`truncated: ${file.length} bytes, expected at least 8`);
  const headerBytes = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (headerBytes > MAX_HEADER_BYTES) fail(`header of ${headerBytes} bytes is too long`);
  const start = 8 + Number(headerBytes);
  if (start > file.length) fail(`truncated: header ends at ${start}, file at ${file.length}`);
  const header = parseHeader(file.subarray(8, start), fail);
  const body = file.subarray(start);
  const tensors = new Map<string, SafeTensor>();
  const spans: { name: string; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { dtype, shape, begin, end } = parseEntry(name, entry, fail);
    const expected = count(shape) * ELEMENT_BYTES[dtype];
    if (end - begin !== expected) {
      fail(`${name}: ${dtype} [${shape}] needs ${expected} bytes, found ${end - begin}`);
    }
    if (end > body.length) {
      fail(`truncated: ${name} ends at byte ${end} of the data, which has ${body.length}`);
    }
    spans.push({ name, begin, end });
    tensors.set(name, { dtype, shape, bytes: body.subarray(begin, end) });
  }
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  let previous = "";
  for (const { name, begin, end } of spans) {
    if (begin < at) fail(`${name} overlaps ${previous}`);
    if (begin > at) fail(`${begin - at} unused bytes before ${name}`);
    at = end;
    previous = name;
  }
  if (at !== body.length) fail(`${body.length - at} unused bytes at the end`);
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, fail: (problem: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    fail(`header is not JSON (${(error as Error).message})`);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    fail("header is not a JSON object");
  }
  return header as Record<string, unknown>;
}

function parseEntry(name: string, entry: unknown, fail: (problem: string) => never) {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    fail(`${name}: unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isCounts(shape)) fail(`${name}: ill-formed shape ${JSON.stringify(shape)}`);
  if (!isCounts(data_offsets) || data_offsets.length !== 2) {
    fail(`${name}: ill-formed data_offsets ${JSON.stringify(data_offsets)}`);
  }
  const [begin, end] = data_offsets as [number, number];
  return { dtype: dtype as ElementType, shape: shape as readonly number[], begin, end };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A fresh, aligned copy of the bytes. */
function ownBuffer(tensor: SafeTensor, dtype: ElementType): ArrayBuffer {
  if (tensor.dtype !== dtype) throw new TypeError(`Expected ${dtype}, found ${tensor.dtype}`);
  return new Uint8Array(tensor.bytes).buffer;
}
