import type { Heap } from "./heap.ts";

/** Memory for the values of whichever program runs: one for all programs of an engine, as large as the largest needs. */
export class Arena {
  #address = 0;
  #bytes = 0;

  constructor(private readonly heap: Heap) {}

  /** Changes when the arena has moved. */
  get address(): number {
    return this.#address;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws a RangeError if there is not so much; what was reserved before stays. */
  reserve(bytes: number): void {
    if (bytes <= this.#bytes) return;
    const before = this.#bytes;
    if (before) this.heap.free(this.#address);
    try {
      this.#address = this.heap.allocate(bytes);
      this.#bytes = bytes;
    } catch (error) {
      if (before) this.#address = this.heap.allocate(before);
      throw error;
    }
  }
}
