import type { DeviceTensor, Engine } from "../tensor/engine.ts";
import { buildInfer } from "./infer.ts";
import { type PredictOptions, Predictor } from "./predictor.ts";
import type { ImageSet } from "./run_data.ts";
import type { ModelOptions } from "./model.ts";

/** Images of one inference call. */
const PREDICT_BATCH = 256;

/** What a run's predictors share. */
export interface PredictorsOptions {
  readonly engine: Engine;
  readonly model: Omit<ModelOptions, "images"> & {
    readonly images: Omit<ModelOptions["images"], "count">;
  };
  readonly weak: string;
  /** Uploaded training images, the caller's, and their number. */
  readonly train: { readonly images: DeviceTensor; readonly count: number };
  readonly test: ImageSet;
}

/** Which images, weights and view. */
export interface PredictorChoice {
  readonly part: "train" | "test";
  readonly weights: "ema" | "live";
  readonly view: "plain" | "weak" | "blank";
}

/** Inference programs of a run, each recorded when it is first used. Holds the test images on the engine. */
export class Predictors {
  readonly #options: PredictorsOptions;
  readonly #testImages: DeviceTensor;
  readonly #made = new Map<string, Predictor>();

  constructor(options: PredictorsOptions) {
    this.#options = options;
    const { height, width, channels } = options.model.images;
    const shape = [options.test.count, height, width, channels];
    const spec = { shape, dtype: "int32", storage: "uint8" } as const;
    this.#testImages = options.engine.upload(spec, options.test.images);
  }

  /** Logits [count,K] of every head. */
  async predict(
    choice: PredictorChoice,
    options: PredictOptions,
  ): Promise<Record<string, Float32Array>> {
    return await (await this.#predictor(choice)).predict(options);
  }

  dispose(): void {
    for (const predictor of this.#made.values()) predictor.dispose();
    this.#options.engine.free(this.#testImages);
  }

  async #predictor({ part, weights, view }: PredictorChoice): Promise<Predictor> {
    const name = `${part} ${weights} ${view}`;
    const known = this.#made.get(name);
    if (known) return known;
    const { engine, model, weak, train, test } = this.#options;
    const { count, images } = part === "train"
      ? train
      : { count: test.count, images: this.#testImages };
    const infer = await buildInfer({
      ...model,
      images: { ...model.images, count },
      batch: view === "blank" ? 1 : Math.min(PREDICT_BATCH, count),
      weights,
      view,
      weak,
    });
    const predictor = await Predictor.create(engine, infer, { images });
    this.#made.set(name, predictor);
    return predictor;
  }
}
