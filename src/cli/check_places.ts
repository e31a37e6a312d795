import { dirname } from "node:path";
import { UserError } from "../errors.ts";
import type { Flags } from "./flags.ts";

/**
 * Checks that the store and the report folder can be written before anything is: both may be absent yet. Leaves nothing.
 *
 * @throws {UserError} that names the flag, the folder and what stands in the way
 */
export function checkPlaces({ store, reports }: Flags): void {
  checkWritable("--store", store);
  checkWritable("--reports", reports);
}

/**
 * Checks that a store to be read is a folder or not there.
 *
 * @throws {UserError} if it is a file, lies below one or cannot be read
 */
export function checkReadable(flag: string, path: string): void {
  nearestFolder(flag, path);
}

/**
 * Checks that a folder can be written, or be made. Leaves nothing.
 *
 * @throws {UserError} that names the flag, the folder and what stands in the way
 */
export function checkWritable(flag: string, path: string): void {
  const folder = nearestFolder(flag, path);
  try {
    Deno.removeSync(Deno.makeTempDirSync({ dir: folder, prefix: ".retable-" }));
  } catch (error) {
    const where = folder === path ? "cannot be written" : `cannot be made in ${folder}`;
    throw new UserError(`${flag} ${path}: ${where} (${reason(error)}); name another folder.`);
  }
}

/** The folder itself or the nearest one above it that is there. */
function nearestFolder(flag: string, path: string): string {
  for (let place = path;; place = dirname(place)) {
    let isDirectory: boolean;
    try {
      ({ isDirectory } = Deno.statSync(place));
    } catch (error) {
      const absent = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory;
      if (absent && dirname(place) !== place) continue;
      const where = place === path ? "cannot be read" : `cannot look into ${place}`;
      throw new UserError(`${flag} ${path}: ${where} (${reason(error)}); name another folder.`);
    }
    if (!isDirectory) {
      const found = place === path ? "a file" : `the file ${place}`;
      throw new UserError(`${flag} ${path}: expected a folder, found ${found}; name another one.`);
    }
    return place;
  }
}

/** The system's words for it, without its number and the call that met it: `Read-only file system`. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  return text.replace(/ \(os error \d+\).*$/, "");
}
