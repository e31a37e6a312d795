import type { Engine } from "../tensor/engine.ts";
import type { RunData } from "./run_data.ts";
import type { TrainParams } from "./train_params.ts";
import type { OutputPaths } from "./write_outputs.ts";

/** One training run. */
export interface TrainOptions {
  readonly engine: Engine;
  readonly params: TrainParams;
  readonly data: RunData;
  /** Directory of the last generation's checkpoints, for a method with generations. */
  readonly previous?: string;
  /** Directory of a stage `weights`: what training starts from. */
  readonly pretrained?: string;
  /** Directory of the run's checkpoints. */
  readonly checkpoints: string;
  readonly outputs: OutputPaths;
  readonly signal: AbortSignal;
  progress(progress: {
    readonly done: number;
    readonly total: number;
    readonly loss?: number;
    /** Percent. */
    readonly accuracy?: number;
  }): void;
  /** A warning is meant for the person who runs it. */
  log(line: string, options?: { readonly warning?: boolean }): void;
}
