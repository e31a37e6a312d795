import { abi } from "../abi_table.ts";
import type { Client } from "./client.ts";
import { type Address, addressList, Struct } from "./struct.ts";

/** Element types of buffers, by StableHLO's names. */
export const BUFFER_TYPES = {
  f32: abi.enums.PJRT_Buffer_Type.PJRT_Buffer_Type_F32,
  i32: abi.enums.PJRT_Buffer_Type.PJRT_Buffer_Type_S32,
  ui8: abi.enums.PJRT_Buffer_Type.PJRT_Buffer_Type_U8,
  i1: abi.enums.PJRT_Buffer_Type.PJRT_Buffer_Type_PRED,
} as const;

const { PJRT_HostBufferSemantics_kImmutableOnlyDuringCall: COPIED } =
  abi.enums.PJRT_HostBufferSemantics;
const { PJRT_Buffer_MemoryLayout_Type_Tiled: TILED } = abi.enums.PJRT_Buffer_MemoryLayout_Type;

/** Memory of typed arrays. */
export type HostMemory =
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

function bytesOf(host: HostMemory): Uint8Array<ArrayBuffer> {
  return new Uint8Array(host.buffer, host.byteOffset, host.byteLength);
}

/** Buffers on a client's device, by their addresses. Who calls must know which are alive. */
export class Buffers {
  readonly #destroy = new Struct("PJRT_Buffer_Destroy_Args");

  constructor(private readonly client: Client) {}

  /** Copies host data, row-major, to a new buffer; the host data may change afterwards. */
  fromHost(
    host: HostMemory,
    spec: { type: keyof typeof BUFFER_TYPES; shape: readonly number[] },
  ): Address {
    const { api, address, device, events } = this.client;
    const args = new Struct("PJRT_Client_BufferFromHostBuffer_Args")
      .set("client", address)
      .set("data", bytesOf(host))
      .set("type", BUFFER_TYPES[spec.type])
      .set("dims", addressList(spec.shape.map(BigInt)))
      .set("num_dims", spec.shape.length)
      .set("host_buffer_semantics", COPIED)
      .set("device", device);
    api.call("PJRT_Client_BufferFromHostBuffer", args);
    const buffer = args.pointer("buffer");
    const event = args.pointer("done_with_host_buffer");
    try {
      if (event !== 0n) events.waitNow(event);
    } catch (error) {
      this.destroy(buffer);
      throw error;
    }
    return buffer;
  }

  /** Waits for a buffer and copies it to `host`, row-major. */
  async toHost(
    buffer: Address,
    host: HostMemory,
    shape: readonly number[],
  ): Promise<void> {
    const { api, platform, events } = this.client;
    const args = new Struct("PJRT_Buffer_ToHostBuffer_Args")
      .set("src", buffer)
      .set("dst", bytesOf(host))
      .set("dst_size", host.byteLength);
    // Buffers of a CPU are row-major; others say what they have unless they are asked for it.
    if (platform.toLowerCase() !== "cpu") args.set("host_layout", rowMajor(shape));
    api.call("PJRT_Buffer_ToHostBuffer", args);
    const event = args.pointer("event");
    if (event !== 0n) await events.wait(event);
  }

  /** Whether the plugin has given a buffer up to an output. */
  isDeleted(buffer: Address): boolean {
    const args = new Struct("PJRT_Buffer_IsDeleted_Args").set("buffer", buffer);
    this.client.api.call("PJRT_Buffer_IsDeleted", args);
    return args.number("is_deleted") !== 0;
  }

  destroy(buffer: Address): void {
    this.client.api.call("PJRT_Buffer_Destroy", this.#destroy.set("buffer", buffer));
  }
}

function rowMajor(shape: readonly number[]): Struct<"PJRT_Buffer_MemoryLayout"> {
  const tiled = new Struct("PJRT_Buffer_MemoryLayout_Tiled");
  return new Struct("PJRT_Buffer_MemoryLayout")
    .set("tiled.struct_size", tiled.number("struct_size"))
    .set("tiled.minor_to_major", addressList(shape.map((_, i) => BigInt(shape.length - 1 - i))))
    .set("tiled.minor_to_major_size", shape.length)
    .set("type", TILED);
}
