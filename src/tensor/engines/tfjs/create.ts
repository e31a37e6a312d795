import * as tf from "@tensorflow/tfjs";
import { NODE_PACKAGE_VERSION } from "../../../engines/mod.ts";
import type { Engine } from "../../engine.ts";
import { TfjsEngine } from "./engine.ts";
import { loadPackage, NODE_BACKEND } from "./package.ts";

/** Options of `createTfjsEngine`. */
export interface TfjsEngineOptions {
  /** The folder whose `node_modules` holds the package. */
  readonly directory: string;
  /** Cores that it may use beside the GPU. The first engine of a process decides for all. */
  readonly threads: number;
  /** Is told where it computes, if not on a GPU. */
  readonly say?: (line: string) => void;
}

/**
 * Opens an engine on the backend of `@tensorflow/tfjs-node-gpu`. Throws a UserError where the package cannot be loaded, a RangeError
 * for a number of threads below 1.
 */
// The promise carries the errors, as with the other engines.
// deno-lint-ignore require-await
export async function createTfjsEngine(options: TfjsEngineOptions): Promise<Engine> {
  const { threads, say } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected a number of threads of at least 1, found ${threads}`);
  }
  const { binding, isUsingGpuDevice } = loadPackage(options);
  if (!isUsingGpuDevice) {
    say?.("tfjs-node-gpu finds no GPU that it can use: it computes on the CPU");
  }
  return new TfjsEngine({
    backend: NODE_BACKEND,
    versions: [tf.version_core, NODE_PACKAGE_VERSION, binding.TF_Version],
  });
}
