import type { DeviceTensor, Engine, Executable } from "../tensor/engine.ts";
import type { InferProgram } from "./infer.ts";

/** Which images of an uploaded set to predict, and with what. */
export interface PredictOptions {
  /** Into the images: the first one and how many. */
  readonly first: number;
  readonly count: number;
  /** State tensors of the model; those that the program does not read are ignored. */
  readonly state: Readonly<Record<string, DeviceTensor>>;
  /** Only read by a program with a random view. */
  readonly key: Int32Array;
  /** Checked before each batch. */
  readonly signal: AbortSignal;
}

/** Runs an inference program over a range of images, batch by batch. */
export class Predictor {
  readonly #engine: Engine;
  readonly #infer: InferProgram;
  readonly #executable: Executable;
  readonly #images: DeviceTensor;

  private constructor(
    engine: Engine,
    infer: InferProgram,
    parts: { readonly executable: Executable; readonly images: DeviceTensor },
  ) {
    this.#engine = engine;
    this.#infer = infer;
    this.#executable = parts.executable;
    this.#images = parts.images;
  }

  /** `images` stay the caller's. */
  static async create(
    engine: Engine,
    infer: InferProgram,
    { images }: { readonly images: DeviceTensor },
  ): Promise<Predictor> {
    return new Predictor(engine, infer, {
      executable: await engine.prepare(infer.program),
      images,
    });
  }

  /** Logits [count,K] of every head. Throws the signal's reason when it fires. */
  async predict(options: PredictOptions): Promise<Record<string, Float32Array>> {
    const specs = new Map(this.#infer.inputs.map(({ name, spec }) => [name, spec]));
    const indicesSpec = specs.get("indices");
    const batch = indicesSpec?.shape[0] ?? 1;
    const fixed: Record<string, DeviceTensor> = specs.has("images") ? { images: this.#images } : {};
    for (const name of specs.keys()) {
      if (options.state[name]) fixed[name] = options.state[name];
    }
    const keySpec = specs.get("key");
    const key = keySpec && this.#engine.upload(keySpec, options.key);
    if (key) fixed.key = key;
    const logits: Record<string, Float32Array> = {};
    try {
      for (let done = 0; done < options.count; done += batch) {
        options.signal.throwIfAborted();
        const size = Math.min(batch, options.count - done);
        const chosen = Int32Array.from(
          { length: batch },
          (_, i) => options.first + done + Math.min(i, size - 1), // the last batch repeats its last image
        );
        const indices = indicesSpec && this.#engine.upload(indicesSpec, chosen);
        const outputs = await this.#executable.run({ ...fixed, ...(indices ? { indices } : {}) })
          .finally(() => indices && this.#engine.free(indices));
        for (const head of this.#infer.heads) {
          const output = outputs[`logits.${head}`]!;
          const values = await this.#engine.download(output) as Float32Array; // the program says float32
          const classes = values.length / batch;
          logits[head] ??= new Float32Array(options.count * classes);
          logits[head].set(values.subarray(0, size * classes), done * classes);
        }
        for (const output of Object.values(outputs)) this.#engine.free(output);
      }
    } finally {
      if (key) this.#engine.free(key);
    }
    return logits;
  }

  dispose(): void {
    this.#executable.dispose();
  }
}
