import type * as tf from "@tensorflow/tfjs";
import type { DeviceTensor } from "../../engine.ts";
import { specText, type TensorSpec } from "../../program.ts";

/** A tensor of TensorFlow.js. Bytes may be packed (packed_bytes.ts). */
export class TfjsTensor implements DeviceTensor {
  #dead: string | undefined;

  /** `engine` is the engine that disposes of the tensor. */
  constructor(readonly spec: TensorSpec, readonly tensor: tf.Tensor, readonly engine: object) {}

  /** Marks the handle as dead; `why` completes "was … before". */
  kill(why: string): void {
    this.#dead = why;
  }

  /** Throws an Error if the tensor was freed or replaced, or belongs to another engine. */
  check(engine: object, name: string): void {
    if (this.engine !== engine) {
      throw new Error(`${name} (${specText(this.spec)}) belongs to another engine`);
    }
    if (this.#dead) throw new Error(`${name} (${specText(this.spec)}) was ${this.#dead} before`);
  }
}
