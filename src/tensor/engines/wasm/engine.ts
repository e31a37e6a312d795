import { hashBytes } from "../../../dag/hash.ts";
import type { DeviceTensor, Engine, Executable, HostArray } from "../../engine.ts";
import { elementCount, type Program, specText, type TensorSpec } from "../../program.ts";
import { Arena } from "./arena.ts";
import { WasmExecutable } from "./executable.ts";
import type { KernelExports } from "./instantiate.ts";
import type { Heap } from "./heap.ts";
import { elementBytes } from "./lowering.ts";
import type { Pool } from "./pool.ts";
import { WasmTensor } from "./tensor.ts";

/** What an engine is made of. */
export interface WasmEngineParts {
  readonly heap: Heap;
  readonly kernels: KernelExports;
  readonly pool: Pool;
  /** The kernels' bytes and the texts of what lowers to them. */
  readonly code: readonly (string | Uint8Array)[];
}

/** The engine that needs nothing but npm: own kernels in WebAssembly. */
export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly family = "wasm";
  readonly digest: string;
  readonly #heap: Heap;
  readonly #arena: Arena;
  readonly #kernels: KernelExports;
  readonly #pool: Pool;

  constructor({ heap, kernels, pool, code }: WasmEngineParts) {
    this.digest = hashBytes(code.map((part) => hashBytes(part)).join("\n"));
    this.#heap = heap;
    this.#arena = new Arena(heap);
    this.#kernels = kernels;
    this.#pool = pool;
  }

  /** Bytes of tensors, constants and the arena. */
  get bytesTaken(): number {
    return this.#heap.bytesTaken;
  }

  upload(spec: TensorSpec, data: HostArray): DeviceTensor {
    const count = elementCount(spec.shape);
    if (data.length !== count) {
      throw new RangeError(`${specText(spec)} has ${count} elements, found ${data.length}`);
    }
    const tensor = new WasmTensor(
      spec,
      this.#heap.allocate(elementBytes(spec) * count),
      this.#heap,
    );
    this.#view(tensor).set(data);
    return tensor;
  }

  download(tensor: DeviceTensor): Promise<HostArray> {
    const own = this.#own(tensor);
    const view = this.#view(own);
    return Promise.resolve(own.spec.dtype === "bool" ? Uint8Array.from(view) : view.slice());
  }

  free(tensor: DeviceTensor): void {
    const own = this.#own(tensor);
    own.kill("freed");
    this.#heap.free(own.address);
  }

  prepare(program: Program): Promise<Executable> {
    return Promise.resolve(
      new WasmExecutable(program, {
        heap: this.#heap,
        arena: this.#arena,
        kernels: this.#kernels,
        pool: this.#pool,
      }),
    );
  }

  /** Ends the threads; the memory goes with the last reference to the engine. */
  close(): void {
    this.#pool.close();
  }

  #own(tensor: DeviceTensor): WasmTensor {
    if (!(tensor instanceof WasmTensor)) throw new Error("This tensor belongs to another engine");
    tensor.check(this.#heap, "This tensor");
    return tensor;
  }

  #view({ spec, address }: WasmTensor): HostArray {
    const count = elementCount(spec.shape);
    if (elementBytes(spec) === 1) return this.#heap.bytes(address, count);
    return spec.dtype === "float32"
      ? this.#heap.floats(address, count)
      : this.#heap.integers(address, count);
  }
}
