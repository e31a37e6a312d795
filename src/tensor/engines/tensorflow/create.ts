import type { Engine } from "../../engine.ts";
import { TensorflowEngine } from "./engine.ts";
import { openRuntime } from "./runtime.ts";

/** Options of `createTensorflowEngine`. */
export interface TensorflowEngineOptions {
  /** Where `LIBRARY_FILES` lie. */
  readonly directory: string;
  /** Cores that it may use. The first engine of a process decides for all. */
  readonly threads: number;
}

/**
 * Opens an engine on TensorFlow's library. Throws a UserError where it is missing, truncated, for another processor or of another
 * version, or where this process already runs it otherwise; a RangeError for a number of threads below 1.
 */
// The promise carries the errors, as with the other engines.
// deno-lint-ignore require-await
export async function createTensorflowEngine(options: TensorflowEngineOptions): Promise<Engine> {
  const { threads } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected a number of threads of at least 1, found ${threads}`);
  }
  return new TensorflowEngine(openRuntime(options));
}
