import { hashBytes, hashJson } from "../../../dag/hash.ts";
import type { CudaSettings } from "../../../engines/mod.ts";
import { compileOptions } from "./compile_options.ts";
import { Compiler } from "./compiler.ts";
import { withCudaData } from "./cuda_data.ts";
import { XlaEngine } from "./engine.ts";
import { Client, type DeviceKind } from "./pjrt/client.ts";
import type { OptionValue } from "./pjrt/named_values.ts";
import { pluginDigest } from "./plugin_digest.ts";
import { sourceTexts } from "./source_texts.ts";
import { givenXlaFlags } from "./xla_flags.ts";

/** Options of `createXlaEngine`. Those of CUDA default to the plugin's: 0.75 of the memory, taken at once, and the fastest kernels. */
export interface XlaEngineOptions extends CudaSettings {
  /** Path of the PJRT plugin, a shared library. */
  readonly plugin: string;
  readonly device: DeviceKind;
  /** Which GPU. Default 0. */
  readonly deviceIndex?: number;
  /** Directory of serialised executables. Default: none are kept. */
  readonly cache?: string;
  /** Threads of the CPU plugin, which makes at least 4 however few are asked for. Default: as many as cores. */
  readonly threads?: number;
  /** Is told what a user should know and no error is, e.g. that a cache entry is damaged. */
  readonly say?: (line: string) => void;
}

/** Executions that may be under way when `run` returns. A CPU would need the temporary memory of all of them. */
const AHEAD: Readonly<Record<DeviceKind, number>> = { cpu: 0, cuda: 4 };

/** What XLA's compiler is told besides the program. */
export function compilerFlags(
  { device, deterministic }: XlaEngineOptions,
): Record<string, boolean> {
  return device === "cuda" && deterministic ? { xla_gpu_deterministic_ops: true } : {};
}

/** What the plugin is told when its client is made: the CPU's refuses every option. */
export function clientOptions(options: XlaEngineOptions): Record<string, OptionValue> {
  if (options.device === "cpu") return {};
  const { deviceIndex = 0, memoryFraction, preallocate } = options;
  return {
    visible_devices: [deviceIndex],
    ...(memoryFraction === undefined ? {} : { memory_fraction: { real: memoryFraction } }),
    ...(preallocate === undefined ? {} : { preallocate }),
  };
}

function check({ deviceIndex = 0, memoryFraction = 1, threads = 1 }: XlaEngineOptions): void {
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0) {
    throw new RangeError(`Expected a device index of at least 0, found ${deviceIndex}`);
  }
  if (!(memoryFraction > 0 && memoryFraction <= 1)) {
    throw new RangeError(`Expected a memory fraction above 0 to 1, found ${memoryFraction}`);
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`Expected a number of threads of at least 1, found ${threads}`);
  }
}

/** Tells XLA where the assembler is that lies beside the plugin; all its flags. */
function nameCudaData(plugin: string): string {
  const flags = withCudaData(givenXlaFlags(), plugin);
  if (flags !== "") Deno.env.set("XLA_FLAGS", flags);
  return flags;
}

/**
 * Opens an XLA engine. Throws a UserError where the library is missing, damaged, for another machine, or of another version, or where the
 * device cannot be opened. `close` it before another is opened on the same plugin.
 */
export async function createXlaEngine(options: XlaEngineOptions): Promise<XlaEngine> {
  check(options);
  const { plugin, device, deviceIndex = 0, cache, threads } = options;
  // XLA has no option for it, and reads this when the client is made.
  if (device === "cpu" && threads !== undefined) Deno.env.set("NPROC", String(threads));
  const flags = device === "cuda" ? nameCudaData(plugin) : givenXlaFlags();
  const client = Client.open({ plugin, device, deviceIndex, options: clientOptions(options) });
  try {
    const digest = await pluginDigest(plugin, cache);
    const compilation = compileOptions(compilerFlags(options));
    const compiler = new Compiler(client, {
      ...{ device, options: compilation, pluginDigest: digest },
      flags,
      ...(cache === undefined ? {} : { cache }),
      say: options.say ?? (() => {}),
    });
    const parts = [digest, hashBytes(compilation), ...sourceTexts().map(hashBytes)];
    const own = hashJson("xla engine", parts);
    return new XlaEngine({ client, compiler, digest: own, ahead: AHEAD[device] });
  } catch (error) {
    client.close();
    throw error;
  }
}
