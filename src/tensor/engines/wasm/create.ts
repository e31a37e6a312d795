import { WasmEngine } from "./engine.ts";
import { Heap } from "./heap.ts";
import { instantiate } from "./instantiate.ts";
import { singlePool } from "./pool.ts";
import { sourceTexts } from "./source_texts.ts";
import { threadPool } from "./thread_pool.ts";

/** Options of `createWasmEngine`. */
export interface WasmEngineOptions {
  /** Threads that compute, the calling one among them. Default 1. Results do not depend on it. */
  readonly threads?: number;
}

/** Opens a wasm engine with a memory of its own. With threads, `close` it, or the process does not end. */
export async function createWasmEngine(
  { threads = 1 }: WasmEngineOptions = {},
): Promise<WasmEngine> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected a number of threads of at least 1, found ${threads}`);
  }
  const binary = await Deno.readFile(new URL("./kernels.wasm", import.meta.url));
  const module = await WebAssembly.compile(binary);
  const heap = new Heap();
  const kernels = instantiate(module, heap.memory);
  const pool = threads === 1
    ? singlePool(kernels)
    : await threadPool({ module, memory: heap.memory, kernels, helpers: threads - 1 });
  return new WasmEngine({ heap, kernels, pool, code: [binary, ...sourceTexts()] });
}
