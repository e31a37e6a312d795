import type { DeviceTensor, HostArray } from "../../engine.ts";
import { elementCount, specText, type TensorSpec } from "../../program.ts";
import { elementTypeOf } from "./hlo/types.ts";
import { Buffers, type HostMemory } from "./pjrt/buffers.ts";
import type { Client } from "./pjrt/client.ts";
import type { Address } from "./pjrt/struct.ts";
import { XlaTensor } from "./tensor.ts";

/** Host memory of a tensor's own type. */
function hostMemory(spec: TensorSpec, data: ArrayLike<number> | number): HostMemory {
  const type = elementTypeOf(spec);
  const Kind = type === "f32" ? Float32Array : type === "i32" ? Int32Array : Uint8Array;
  // Typed arrays of few elements move in memory unless their buffer is made first.
  const count = typeof data === "number" ? data : data.length;
  const host = new Kind(new ArrayBuffer(count * Kind.BYTES_PER_ELEMENT));
  if (typeof data !== "number") {
    host.set(type === "i1" ? Uint8Array.from(data, (element) => Number(element !== 0)) : data);
  }
  return host;
}

/** The tensors of an engine: every buffer is destroyed exactly once. */
export class Tensors {
  readonly #buffers: Buffers;
  readonly #alive = new Set<XlaTensor>();

  constructor(client: Client) {
    this.#buffers = new Buffers(client);
  }

  /** Tensors that are neither freed nor replaced. */
  get count(): number {
    return this.#alive.size;
  }

  add(spec: TensorSpec, buffer: Address): XlaTensor {
    const tensor = new XlaTensor(spec, buffer, this);
    this.#alive.add(tensor);
    return tensor;
  }

  upload(spec: TensorSpec, data: HostArray): XlaTensor {
    const count = elementCount(spec.shape);
    if (data.length !== count) {
      throw new RangeError(`${specText(spec)} has ${count} elements, found ${data.length}`);
    }
    const options = { type: elementTypeOf(spec), shape: spec.shape };
    return this.add(spec, this.#buffers.fromHost(hostMemory(spec, data), options));
  }

  async download(tensor: XlaTensor): Promise<HostArray> {
    const host = hostMemory(tensor.spec, elementCount(tensor.spec.shape));
    if (host.length > 0) await this.#buffers.toHost(tensor.buffer, host, tensor.spec.shape);
    return host;
  }

  /** The tensor as one of this engine's. Throws an Error if it is not, or is gone. */
  own(tensor: DeviceTensor, name: string): XlaTensor {
    if (!(tensor instanceof XlaTensor)) throw new Error(`${name} belongs to another engine`);
    tensor.check(this, name);
    return tensor;
  }

  free(tensor: XlaTensor): void {
    tensor.end("freed");
    this.#alive.delete(tensor);
    this.#buffers.destroy(tensor.buffer);
  }

  /** Marks a tensor as given up to an output. Its buffer must still be released. */
  donate(tensor: XlaTensor): void {
    tensor.end("donated");
    this.#alive.delete(tensor);
  }

  /** Destroys the buffers of donated tensors. */
  release(donated: readonly XlaTensor[]): void {
    for (const { buffer } of donated) this.#buffers.destroy(buffer);
  }

  isDeleted(tensor: XlaTensor): boolean {
    return this.#buffers.isDeleted(tensor.buffer);
  }

  endAll(): void {
    for (const tensor of [...this.#alive]) this.free(tensor);
  }
}
