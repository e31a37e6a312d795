import type { DeviceTensor } from "../../engine.ts";
import { specText, type TensorSpec } from "../../program.ts";
import type { Address } from "./pjrt/struct.ts";

/** What became of a buffer: a donated one was given up to the output that replaced it. */
export type BufferState = "owned" | "donated" | "freed";

/** A tensor in a buffer of a plugin's device. */
export class XlaTensor implements DeviceTensor {
  #state: BufferState = "owned";

  constructor(
    readonly spec: TensorSpec,
    readonly buffer: Address,
    readonly engine: object,
  ) {}

  get state(): BufferState {
    return this.#state;
  }

  /** Marks the buffer as gone. */
  end(state: "donated" | "freed"): void {
    this.#state = state;
  }

  /** Throws an Error if the tensor belongs to another engine or its buffer is gone: the plugin would end the process. */
  check(engine: object, name: string): void {
    if (this.engine !== engine) {
      throw new Error(`${name} (${specText(this.spec)}) belongs to another engine`);
    }
    if (this.#state !== "owned") {
      const why = this.#state === "freed" ? "freed" : "replaced as state";
      throw new Error(`${name} (${specText(this.spec)}) was ${why} before`);
    }
  }
}
