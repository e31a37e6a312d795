import { abi } from "../abi_table.ts";
import type { Field } from "../abi/c_header.ts";

export type StructName = keyof typeof abi.structs;
export type FieldName<N extends StructName> =
  & keyof (typeof abi.structs)[N]["fields"]
  & string;

/** An address in this process; 0n is the null pointer. */
export type Address = bigint;

/** Memory that a struct may point to. */
export type Memory = Uint8Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;

/** The address of memory of ours. It must be kept alive by a reference for as long as the address is used. */
export function addressOf(memory: Memory): Address {
  return memory.byteLength === 0 ? 0n : Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
}

/** Memory that the garbage collector does not move. */
export function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bytes));
}

/** Packed addresses, or other 64-bit integers. */
export function addressList(addresses: readonly Address[]): BigInt64Array<ArrayBuffer> {
  const list = new BigInt64Array(new ArrayBuffer(8 * addresses.length));
  addresses.forEach((address, i) => list[i] = address);
  return list;
}

const encoder = new TextEncoder();

/** The bytes of text, at a fixed place. */
export function textBytes(text: string): Uint8Array<ArrayBuffer> {
  const encoded = encoder.encode(text);
  const bytes = allocate(encoded.length);
  bytes.set(encoded);
  return bytes;
}

/**
 * A struct of PJRT's C API, zero but for its size. What it points to is kept alive with it. One can be used for many calls: fields that
 * the callee wrote are read before the next.
 */
export class Struct<N extends StructName> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #fields: Readonly<Record<string, Field>>;
  readonly #kept = new Map<string, unknown>();

  constructor(readonly name: N) {
    const { size, fields } = abi.structs[name];
    // A multiple of 8, so that structs can be packed into an array.
    this.bytes = allocate(Math.ceil(size / 8) * 8);
    this.#view = new DataView(this.bytes.buffer);
    this.#fields = fields;
    this.#view.setBigUint64(0, BigInt(size), true);
  }

  get address(): Address {
    return addressOf(this.bytes);
  }

  /** Writes a field: a pointer by its address, or by the memory or struct that it points to. */
  set(
    field: FieldName<N>,
    value: number | boolean | Address | Memory | Struct<StructName>,
  ): this {
    if (typeof value === "object") {
      this.#kept.set(field, value);
      return this.set(field, value instanceof Struct ? value.address : addressOf(value));
    }
    const [offset, kind] = this.#field(field);
    if (kind === "i32") this.#view.setInt32(offset, Number(value), true);
    else if (kind === "f32") this.#view.setFloat32(offset, Number(value), true);
    else if (kind === "bool") this.#view.setUint8(offset, Number(value));
    else this.#view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
    return this;
  }

  /** A pointer that the callee wrote. */
  pointer(field: FieldName<N>): Address {
    return this.#view.getBigUint64(this.#field(field)[0], true);
  }

  /** A number that the callee wrote; sizes and counts are far below 2^53. */
  number(field: FieldName<N>): number {
    const [offset, kind] = this.#field(field);
    if (kind === "i32") return this.#view.getInt32(offset, true);
    if (kind === "f32") return this.#view.getFloat32(offset, true);
    if (kind === "bool") return this.#view.getUint8(offset);
    return Number(this.#view.getBigInt64(offset, true));
  }

  /** Copies the fields from another place in memory, as far as `bytes` go. */
  readFrom(address: Address, bytes: number): this {
    const pointer = Deno.UnsafePointer.create(address);
    if (!pointer) throw new Error(`internal: ${this.name} at the null pointer`);
    Deno.UnsafePointerView.copyInto(
      pointer,
      this.bytes.subarray(0, Math.min(bytes, this.bytes.length)),
    );
    return this;
  }

  #field(name: string): Field {
    const field = this.#fields[name];
    if (!field) throw new Error(`internal: ${this.name} has no field ${name}`);
    return field;
  }
}

/** A copy of `count` bytes at an address. */
export function bytesAt(address: Address, count: number): Uint8Array<ArrayBuffer> {
  const bytes = allocate(count);
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer && count > 0) Deno.UnsafePointerView.copyInto(pointer, bytes);
  return bytes;
}

export function textAt(address: Address, count: number): string {
  return new TextDecoder().decode(bytesAt(address, count));
}

/** `count` pointers at an address. */
export function pointersAt(address: Address, count: number): Address[] {
  return [...new BigUint64Array(bytesAt(address, 8 * count).buffer)];
}
