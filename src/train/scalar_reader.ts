import type { DeviceTensor, Engine } from "../tensor/engine.ts";
import { NonFiniteLoss } from "./finiteness.ts";

/** Scalars of the latest steps that are still on the engine, so that the host waits for them only now and then. */
export class ScalarReader {
  readonly #engine: Engine;
  readonly #names: readonly string[];
  #unread: { readonly step: number; readonly tensor: DeviceTensor }[] = [];
  #loss: number | undefined;

  /** `names[0]` is the total loss. */
  constructor(engine: Engine, names: readonly string[]) {
    this.#engine = engine;
    this.#names = names;
  }

  /** The newest loss that was read. */
  get loss(): number | undefined {
    return this.#loss;
  }

  /** Takes over the handle of a step's scalars. */
  push(step: number, tensor: DeviceTensor): void {
    this.#unread.push({ step, tensor });
  }

  /** Reads all that is unread; returns the newest, `{}` if there was none. Throws a NonFiniteLoss for the first one. */
  async read(): Promise<Readonly<Record<string, number>>> {
    let scalars: Record<string, number> = {};
    while (this.#unread.length > 0) {
      const { step, tensor } = this.#unread[0]!;
      const values = await this.#engine.download(tensor);
      this.#engine.free(tensor);
      this.#unread.shift();
      scalars = Object.fromEntries(this.#names.map((name, i) => [name, values[i]!]));
      this.#loss = values[0]!;
      if (!Number.isFinite(this.#loss)) throw new NonFiniteLoss(step, scalars);
    }
    return scalars;
  }

  dispose(): void {
    for (const { tensor } of this.#unread) this.#engine.free(tensor);
    this.#unread = [];
  }
}
