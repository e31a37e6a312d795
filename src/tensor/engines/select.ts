import {
  type Candidate,
  chooseEngine,
  defaultPlaces,
  describeFault,
  type EngineName,
  executableCache,
  hasGpu,
  locateEngine,
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
export const ENGINES = ["wasm", "tensorflow", "xla"] as const;

/**
 * Opens an engine. `auto` takes the fastest that works: one that is installed but cannot be loaded is told about and passed over. Throws
 * a UserError on a name that is unknown, or of an engine that is not installed, or broken.
 */
export async function openEngine(name: string, options: EngineOptions): Promise<Engine> {
  if (name === "auto") return await openFirst(options);
  if (name === "tensorflow") {
    return await open({ engine: name, device: "cpu", installed: name }, options);
  }
  if (name === "xla") return await open(xlaDevice(options.places), options);
  if (name === "wasm") return await open({ engine: name, device: "cpu", installed: null }, options);
  throw new UserError(
    `Unknown engine "${name}". Engines there are: ${["auto", ...ENGINES].join(", ")}`,
  );
}

/** XLA runs on the GPU where its plugin and a driver are there, else on the CPU. */
function xlaDevice(places?: Places): Candidate {
  const cuda = hasGpu() && locateEngine("cuda", places).state === "ready";
  return { engine: "xla", device: cuda ? "cuda" : "cpu", installed: cuda ? "cuda" : "xla" };
}

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

async function open(candidate: Candidate, options: EngineOptions): Promise<Engine> {
  const { engine, device, installed } = candidate;
  const { threads, say } = options;
  if (installed === null) {
    const { createWasmEngine } = await import("./wasm/mod.ts");
    return createWasmEngine({ threads });
  }
  const places = options.places ?? defaultPlaces();
  const { directory, libraries } = ready(installed, places);
  if (engine === "tensorflow") {
    const { createTensorflowEngine } = await import("./tensorflow/mod.ts");
    return await createTensorflowEngine({ directory, threads });
  }
  const { createXlaEngine } = await import("./xla/mod.ts");
  return await createXlaEngine({
    plugin: libraries.at(-1)!,
    device,
    threads,
    cache: executableCache(places),
    ...(say ? { say } : {}),
  });
}

/** Where an engine lies. Throws a UserError that says what is wrong and what to do if it cannot be used. */
function ready(name: EngineName, places: Places): Extract<Location, { state: "ready" }> {
  const found = locateEngine(name, places);
  if (found.state === "ready") return found;
  throw new UserError(`The engine "${name}" cannot be used: ${describeFault(found)}`);
}
