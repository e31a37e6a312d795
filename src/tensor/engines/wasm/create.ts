import { type WasmEngine as Opened } from "./engine.ts";
import { engineDigest, WasmEngine } from "./engine.ts";
import type { KernelExports } from "./exports.ts";

/** Opens a wasm engine with a memory of its own. */
export async function createWasmEngine(): Promise<Opened> {
  const binary = await Deno.readFile(new URL("./kernels.wasm", import.meta.url));
  const module = await WebAssembly.compile(binary);
  return new WasmEngine({
    digest: engineDigest(binary, []),
    kernels: (memory) => {
      const instance = new WebAssembly.Instance(module, { env: { memory } });
      // The type of what a WebAssembly module exports is known to its author only.
      return instance.exports as unknown as KernelExports;
    },
  });
}
