import { resolve } from "node:path";
import { UserError } from "../../../errors.ts";
import { contextConfig } from "./config.ts";
import { type Library, loadLibrary } from "./library.ts";

/** What all engines of a process share: TensorFlow, and the context that its functions run in. */
export interface Runtime {
  readonly library: Library;
  /** TFE_Context. */
  readonly context: Deno.PointerValue;
}

interface Opening {
  readonly directory: string;
  readonly threads: number;
  readonly runtime: Promise<Runtime>;
}

// TensorFlow's threads belong to the process: the first context decides their number for good.
let opening: Opening | undefined;

/**
 * The runtime of this process, started at the first call. Throws a UserError where the library cannot be loaded, or where
 * the process already runs another one or another number of threads.
 */
export async function openRuntime(
  options: { readonly directory: string; readonly threads: number },
): Promise<Runtime> {
  const directory = resolve(options.directory);
  const { threads } = options;
  if (opening && opening.threads !== threads) {
    throw new UserError(
      `TensorFlow runs with ${opening.threads} threads in this process, which cannot be changed: expected the same, ` +
        `found ${threads}. Start another process for another number`,
    );
  }
  if (opening && opening.directory !== directory) {
    throw new UserError(
      `TensorFlow was loaded from ${opening.directory} in this process: another one, ${directory}, cannot be loaded`,
    );
  }
  opening ??= { directory, threads, runtime: start(directory, threads) };
  try {
    return await opening.runtime;
  } catch (error) {
    opening = undefined;
    throw error;
  }
}

async function start(directory: string, threads: number): Promise<Runtime> {
  const library = await loadLibrary(directory);
  const { symbols } = library;
  const options = symbols.TFE_NewContextOptions();
  try {
    const config = contextConfig(threads);
    library.checked((status) =>
      symbols.TFE_ContextOptionsSetConfig(options, config, BigInt(config.length), status)
    );
    const context = library.checked((status) => symbols.TFE_NewContext(options, status));
    return { library, context };
  } finally {
    symbols.TFE_DeleteContextOptions(options);
  }
}
