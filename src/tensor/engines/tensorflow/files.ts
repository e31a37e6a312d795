import { join } from "node:path";
import { libraryFault } from "../../../engines/mod.ts";
import { UserError } from "../../../errors.ts";

/** The version that the rules were written and tested for. */
export const TENSORFLOW_VERSION = "2.21.0";

/** Files of the engine's directory, in the order in which they are loaded. */
export const LIBRARY_FILES = ["libtensorflow_framework.so.2", "libtensorflow_cc.so.2"] as const;

/** Ends the messages about files that cannot be used. */
export const ADVICE = "To install the engine anew: deno task engine install tensorflow";

/**
 * Looks at the files of a directory without loading them; returns their paths. Throws a UserError where one is missing, truncated
 * or for another processor, or where this system has no such libraries.
 */
export function checkLibraryFiles(directory: string): string[] {
  if (Deno.build.os !== "linux") {
    throw new UserError(`The engine "tensorflow" runs on Linux, found ${Deno.build.os}`);
  }
  const paths = LIBRARY_FILES.map((name) => join(directory, name));
  for (const path of paths) {
    const fault = libraryFault(path);
    if (fault !== null) throw new UserError(`${path} ${fault}. ${ADVICE}`);
  }
  return paths;
}
