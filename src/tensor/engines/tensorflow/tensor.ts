import type { DeviceTensor } from "../../engine.ts";
import { specText, type TensorSpec } from "../../program.ts";

/** A tensor that TensorFlow holds. */
export class TensorflowTensor implements DeviceTensor {
  #dead: string | undefined;

  /** `handle` is a TFE_TensorHandle, `engine` the engine that deletes it. */
  constructor(
    readonly spec: TensorSpec,
    readonly handle: Deno.PointerValue,
    readonly engine: object,
  ) {}

  /** Marks the tensor as gone; `why` completes "was … before". */
  kill(why: string): void {
    this.#dead = why;
  }

  /** Takes `kill` back. */
  revive(): void {
    this.#dead = undefined;
  }

  /** Throws an Error if the tensor was freed or replaced, or belongs to another engine. */
  check(engine: object, name: string): void {
    if (this.engine !== engine) {
      throw new Error(`${name} (${specText(this.spec)}) belongs to another engine`);
    }
    if (this.#dead) throw new Error(`${name} (${specText(this.spec)}) was ${this.#dead} before`);
  }
}
