import { join } from "node:path";
import { locateEngine } from "../../../src/engines/mod.ts";
import { createXlaEngine, type XlaEngineOptions } from "../../../src/tensor/engines/xla/mod.ts";
import { compileOptions } from "../../../src/tensor/engines/xla/compile_options.ts";
import { Compiler, type CompilerOptions } from "../../../src/tensor/engines/xla/compiler.ts";
import { XlaEngine } from "../../../src/tensor/engines/xla/engine.ts";
import { Client } from "../../../src/tensor/engines/xla/pjrt/client.ts";

const location = locateEngine("xla");

/** Where the `engine` command put the plugin. */
export const directory = location.state === "ready" ? location.directory : "";
export const plugin = join(directory, "xla_cpu_pjrt.so");
export const header = join(directory, "pjrt_c_api.h");

/** Whether there is a plugin. */
export const xlaIsInstalled = location.state === "ready";

/** Ends the names of tests that are left out. */
const REASON = xlaIsInstalled ? "" : ` (skipped: XLA is ${location.state})`;

/** A test that needs the plugin, which stays loaded; hence no sanitizers of resources. */
export function xlaTest(name: string, test: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name: `${name}${REASON}`,
    ignore: !xlaIsInstalled,
    sanitizeResources: false,
    fn: test,
  });
}

/** An engine on the CPU. Close it before another is opened. */
export function openXla(options: Partial<XlaEngineOptions> = {}): Promise<XlaEngine> {
  return createXlaEngine({ plugin, device: "cpu", ...options });
}

/** An engine on the CPU that lowers programs as for a GPU, with the options of one. */
export function openWithGpuRules(): XlaEngine {
  const options = compileOptions({ xla_gpu_deterministic_ops: true });
  return openOn(openClient(), { device: "cuda", options, ahead: 4 });
}

/** The plugin's client. Whoever takes it changes what its calls do. */
export function openClient(): Client {
  return Client.open({ plugin, device: "cpu", deviceIndex: 0, options: {} });
}

/** An engine on a client, which it closes. */
export function openOn(
  client: Client,
  { ahead = 0, ...options }: Partial<CompilerOptions> & { readonly ahead?: number } = {},
): XlaEngine {
  const compiler = new Compiler(client, {
    ...{ device: "cpu", options: compileOptions(), pluginDigest: "", flags: "", say: () => {} },
    ...options,
  });
  return new XlaEngine({ client, compiler, digest: "", ahead });
}
