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

/** A runtime and what it was opened with. */
interface Opened {
  readonly directory: string;
  readonly threads: number;
  readonly runtime: Runtime;
}

// TensorFlow's threads belong to the process: the first context decides their number for good.
let opened: Opened | undefined;

/**
 * The runtime of this process, started at the first call. Throws a UserError where the library cannot be loaded, or where
 * the process already runs another one or another number of threads.
 */
export function openRuntime(
  options: { readonly directory: string; readonly threads: number },
): Runtime {
  const directory = resolve(options.directory);
  const { threads } = options;
  if (opened && opened.threads !== threads) {
    throw new UserError(
      `TensorFlow runs with ${opened.threads} threads in this process, which cannot be changed: expected the same, ` +
        `found ${threads}. Start another process for another number`,
    );
  }
  if (opened && opened.directory !== directory) {
    throw new UserError(
      `TensorFlow was loaded from ${opened.directory} in this process: another one, ${directory}, cannot be loaded`,
    );
  }
  opened ??= { directory, threads, runtime: start(directory, threads) };
  return opened.runtime;
}

function start(directory: string, threads: number): Runtime {
  const library = loadLibrary(directory);
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
