import { outOfMemoryText } from "../out_of_memory.ts";

const PAGE_BYTES = 65536;
const ALIGNMENT_BYTES = 64;
const MAXIMUM_PAGES = 65536;

interface Block {
  start: number;
  bytes: number;
}

function aligned(bytes: number): number {
  return Math.max(ALIGNMENT_BYTES, Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES);
}

/** The memory of an engine: a list of free blocks, first fit. Addresses are bytes, multiples of 64. */
export class Heap {
  /** Shared with the threads of a pool. */
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true });
  #floats = new Float32Array(this.memory.buffer);
  #integers = new Int32Array(this.memory.buffer);
  #bytes = new Uint8Array(this.memory.buffer);
  /** In the order of addresses, no two adjoining. */
  readonly #free: Block[] = [];
  readonly #taken = new Map<number, number>();

  /** Bytes handed out. */
  get bytesTaken(): number {
    let bytes = 0;
    for (const size of this.#taken.values()) bytes += size;
    return bytes;
  }

  /** Views of a part of the memory; dead once the memory grows, so never to be kept over an allocation. */
  floats(address: number, count: number): Float32Array {
    this.#refresh();
    return this.#floats.subarray(address / 4, address / 4 + count);
  }

  integers(address: number, count: number): Int32Array {
    this.#refresh();
    return this.#integers.subarray(address / 4, address / 4 + count);
  }

  bytes(address: number, count: number): Uint8Array {
    this.#refresh();
    return this.#bytes.subarray(address, address + count);
  }

  /**
   * Address of a free block. Throws a RangeError when 4 GiB, all that WebAssembly can address, are taken, or when the system gives no
   * more.
   */
  allocate(bytes: number): number {
    const wanted = aligned(bytes);
    let index = this.#free.findIndex((block) => block.bytes >= wanted);
    if (index < 0) {
      this.#grow(wanted);
      index = this.#free.findIndex((block) => block.bytes >= wanted);
    }
    const block = this.#free[index];
    if (!block) throw new Error("internal: no block after growth");
    const address = block.start;
    block.start += wanted;
    block.bytes -= wanted;
    if (block.bytes === 0) this.#free.splice(index, 1);
    this.#taken.set(address, wanted);
    return address;
  }

  free(address: number): void {
    const bytes = this.#taken.get(address);
    if (bytes === undefined) throw new Error(`internal: ${address} is not allocated`);
    this.#taken.delete(address);
    this.#release({ start: address, bytes });
  }

  #grow(bytes: number): void {
    const start = this.memory.buffer.byteLength;
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const more = `${bytes} bytes more than the ${start} in use`;
    if (start / PAGE_BYTES + pages > MAXIMUM_PAGES) {
      throw new RangeError(outOfMemoryText(`${more} exceed the 4 GiB of WebAssembly`));
    }
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new RangeError(outOfMemoryText(`${more} are not to be had`), { cause });
    }
    this.#release({ start, bytes: pages * PAGE_BYTES });
  }

  #release(block: Block): void {
    const next = this.#free.findIndex((other) => other.start > block.start);
    const index = next < 0 ? this.#free.length : next;
    this.#free.splice(index, 0, block);
    const after = this.#free[index + 1];
    if (after && block.start + block.bytes === after.start) {
      block.bytes += after.bytes;
      this.#free.splice(index + 1, 1);
    }
    const before = this.#free[index - 1];
    if (before && before.start + before.bytes === block.start) {
      before.bytes += block.bytes;
      this.#free.splice(index, 1);
    }
  }

  #refresh(): void {
    if (this.#bytes.buffer === this.memory.buffer) return;
    this.#floats = new Float32Array(this.memory.buffer);
    this.#integers = new Int32Array(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }
}
