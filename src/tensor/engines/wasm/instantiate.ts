import type { KernelExports } from "./exports.ts";

/** The kernels over a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // What a WebAssembly module exports is known to its author only.
  return instance.exports as unknown as KernelExports;
}
