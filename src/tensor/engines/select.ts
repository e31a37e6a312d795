import { UserError } from "../../errors.ts";
import type { Engine } from "../engine.ts";

/** Options of `openEngine`. */
export interface EngineOptions {
  /** Cores that the engine may use. */
  readonly threads: number;
}

/** Engines that can be opened by name. */
export const ENGINES = ["wasm"] as const;

/** Engines that the design names but this version lacks. */
const ABSENT = ["tensorflow", "xla", "tfjs-node-gpu"];

/**
 * Opens an engine; `auto` takes the fastest there is. Throws a UserError on a name that is unknown or not installed.
 */
export async function openEngine(name: string, { threads }: EngineOptions): Promise<Engine> {
  if (name === "auto" || name === "wasm") {
    const { createWasmEngine } = await import("./wasm/mod.ts");
    return createWasmEngine({ threads });
  }
  const known = ["auto", ...ENGINES].join(", ");
  if (ABSENT.includes(name)) {
    throw new UserError(
      `The engine "${name}" is not installed in this version. Engines there are: ${known}`,
    );
  }
  throw new UserError(`Unknown engine "${name}". Engines there are: ${known}`);
}
