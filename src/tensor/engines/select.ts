import {
  type Candidate,
  chooseEngine,
  cudaSettings,
  defaultPlaces,
  describeFault,
  executableCache,
  hasGpu,
  locateEngine,
  locateNodePackage,
  type Location,
  type Places,
} from "../../engines/mod.ts";
import { UserError } from "../../errors.ts";
import type { Engine } from "../engine.ts";

/** Options of `openEngine`. */
export interface EngineOptions {
  /** Cores that the engine may use. */
  readonly threads: number;
  /** Is told what a user should know and no error is: an engine that is passed over, a damaged cache. */
  readonly say?: (line: string) => void;
  /** Where engines are installed. Default: the user's cache. */
  readonly places?: Places;
}

/** Engines that can be opened by name. */
export const ENGINES = ["wasm", "tensorflow", "xla", "tfjs-node-gpu"] as const;

/**
 * Opens an engine: `wasm`, `tensorflow`, `xla`, `tfjs-node-gpu`, or `xla` with its device, `xla:cpu`, `xla:cuda:1`. `auto` takes the
 * fastest that works: one that is installed but cannot be loaded is told about and passed over. Throws a UserError on a name that is
 * unknown, or of an engine that is not installed, or broken.
 */
export async function openEngine(name: string, options: EngineOptions): Promise<Engine> {
  const [engine = "", kind, index] = name.split(":");
  const known = index === undefined ? [undefined, "cpu", "cuda"] : ["cuda"];
  if (!known.includes(kind) || !/^\d+$/.test(index ?? "0")) throw unknown(name);
  if (engine === "xla") return await open(xlaOn(kind, { ...options, index }), options);
  if (kind === "cuda") throw unknown(name);
  switch (engine) {
    case "auto":
      return await openFirst(options);
    case "tensorflow":
      return await open({ engine, device: "cpu", installed: engine }, options);
    case "tfjs-node-gpu":
      return await openTfjs(options);
    case "wasm":
      return await open({ engine, device: "cpu", installed: null }, options);
    default:
      throw unknown(name);
  }
}

function unknown(name: string): UserError {
  return new UserError(
    `Unknown engine "${name}". Engines there are: ${["auto", ...ENGINES].join(", ")}`,
  );
}

/** Which XLA: as named, else on the GPU where its plugin and a driver are there, else on the CPU. */
function xlaOn(
  kind: string | undefined,
  { places, index }: Pick<EngineOptions, "places"> & { readonly index: string | undefined },
): Opened {
  const cuda = kind === undefined
    ? hasGpu() && locateEngine("cuda", places).state === "ready"
    : kind === "cuda";
  if (!cuda) return { engine: "xla", device: "cpu", installed: "xla" };
  return { engine: "xla", device: "cuda", installed: "cuda", index: Number(index ?? 0) };
}

/** What is opened; `index` says which GPU, the first unless it says so. */
type Opened = Candidate & { readonly index?: number };

async function openFirst(options: EngineOptions): Promise<Engine> {
  const { candidates, skipped } = chooseEngine(options.places);
  for (const line of skipped) options.say?.(line);
  for (const candidate of candidates) {
    try {
      return await open(candidate, options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      options.say?.(`the engine ${candidate.engine} is not used: ${error.message}`);
    }
  }
  throw new Error("internal: not even the engine wasm could be opened");
}

async function open(candidate: Opened, options: EngineOptions): Promise<Engine> {
  const { engine, device, installed, index = 0 } = candidate;
  const { threads, say } = options;
  if (installed === null) {
    const { createWasmEngine } = await import("./wasm/mod.ts");
    return createWasmEngine({ threads });
  }
  const cuda = device === "cuda" ? cudaSettings() : {};
  const places = options.places ?? defaultPlaces();
  const { directory, libraries } = usable(installed, locateEngine(installed, places));
  if (engine === "tensorflow") {
    const { createTensorflowEngine } = await import("./tensorflow/mod.ts");
    return await createTensorflowEngine({ directory, threads });
  }
  const { createXlaEngine } = await import("./xla/mod.ts");
  return await createXlaEngine({
    plugin: libraries.at(-1)!,
    device,
    deviceIndex: index,
    ...cuda,
    threads,
    cache: executableCache(places),
    ...(say ? { say } : {}),
  });
}

/** Opens the engine of an npm package that the user has; `auto` never does. */
async function openTfjs({ threads, say, places }: EngineOptions): Promise<Engine> {
  const { directory } = usable("tfjs-node-gpu", locateNodePackage(places));
  const { createTfjsEngine } = await import("./tfjs/mod.ts");
  return await createTfjsEngine({ directory, threads, ...(say ? { say } : {}) });
}

/** Where an engine lies. Throws a UserError that says what is wrong and what to do if it cannot be used. */
function usable(name: string, found: Location): Extract<Location, { state: "ready" }> {
  if (found.state === "ready") return found;
  throw new UserError(`The engine "${name}" cannot be used: ${describeFault(found)}`);
}
