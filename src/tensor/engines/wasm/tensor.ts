import type { DeviceTensor } from "../../engine.ts";
import { specText, type TensorSpec } from "../../program.ts";

/** A tensor in the memory of a wasm engine. */
export class WasmTensor implements DeviceTensor {
  #dead: string | undefined;

  constructor(readonly spec: TensorSpec, readonly address: number, readonly heap: object) {}

  /** Marks the handle as dead; `why` completes "this tensor was …". */
  kill(why: string): void {
    this.#dead = why;
  }

  /** Throws an Error if the tensor was freed or replaced, or belongs to another engine. */
  check(heap: object, name: string): void {
    if (this.heap !== heap) {
      throw new Error(`${name} (${specText(this.spec)}) belongs to another engine`);
    }
    if (this.#dead) throw new Error(`${name} (${specText(this.spec)}) was ${this.#dead} before`);
  }
}
