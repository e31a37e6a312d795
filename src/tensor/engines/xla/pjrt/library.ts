import { libraryFault } from "../../../../engines/mod.ts";
import { UserError } from "../../../../errors.ts";
import { type Address, textBytes } from "./struct.ts";

/** What to do about a broken library. */
const ADVICE = "To install the engine anew: deno task engine install xla (on a GPU: cuda)";

/** Plugins that are loaded: for the life of the process, since unloading one is not safe. */
const loaded = new Map<string, Address>();

/** XLA writes to the terminal unless this is set before it is loaded; its errors are returned too. */
const QUIET = "TF_CPP_MIN_LOG_LEVEL";

/**
 * Loads a PJRT plugin and returns the address of its table of functions. Throws a UserError that says what is wrong with the file: missing,
 * truncated, for another architecture, or no plugin.
 */
export function loadPlugin(path: string): Address {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const stat = statOf(path);
  if (!stat?.isFile) {
    throw new UserError(`${path}: expected the XLA library, found no such file. ${ADVICE}`);
  }
  // Files of systems that do not use ELF are left to the loader.
  const fault = Deno.build.os === "linux" ? libraryFault(path) : null;
  if (fault !== null) throw new UserError(`${path}: the XLA library ${fault}. ${ADVICE}`);
  if (Deno.env.get(QUIET) === undefined) Deno.env.set(QUIET, "3");
  const address = getApi(path);
  loaded.set(path, address);
  return address;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

function getApi(path: string): Address {
  try {
    pin(path);
    const library = Deno.dlopen(path, { GetPjrtApi: { parameters: [], result: "pointer" } });
    return Deno.UnsafePointer.value(library.symbols.GetPjrtApi());
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: the XLA library cannot be loaded: ${message}. ${ADVICE}`);
  }
}

/** Flags of dlopen: bind at once, and never unload. */
const [RTLD_NOW, RTLD_NODELETE] = [2, 0x1000];

/**
 * Loads a library so that closing it leaves it in memory. Deno closes what it opened when the program ends, and the plugin's threads would
 * then run in memory that is gone.
 */
function pin(path: string): void {
  if (Deno.build.os !== "linux") return;
  const signature = { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } } as const;
  for (const name of ["libc.so.6", "libdl.so.2"]) {
    let libc: Deno.DynamicLibrary<typeof signature>;
    try {
      libc = Deno.dlopen(name, signature);
    } catch {
      continue;
    }
    libc.symbols.dlopen(textBytes(`${path}\0`), RTLD_NOW | RTLD_NODELETE);
    libc.close();
    return;
  }
}
