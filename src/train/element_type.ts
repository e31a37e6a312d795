import { fromFloat16Bits } from "./float16.ts";

/** Element types of stored tensors, named as in safetensors, with their widths in bytes. */
export const ELEMENT_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type ElementType = keyof typeof ELEMENT_BYTES;

/** Float32 values of little-endian floats; F64 is rounded. Throws a TypeError for a type that is no float. */
export function floatValues(bytes: Uint8Array, type: ElementType): Float32Array {
  const own = new Uint8Array(bytes).buffer; // aligned
  if (type === "F32") return new Float32Array(own);
  if (type === "F64") return Float32Array.from(new Float64Array(own));
  if (type === "F16") return fromFloat16Bits(new Uint16Array(own));
  if (type !== "BF16") throw new TypeError(`Expected floats, found ${type}`);
  const bits = Uint32Array.from(new Uint16Array(own), (half) => half << 16);
  return new Float32Array(bits.buffer);
}
