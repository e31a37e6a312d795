import { join } from "node:path";
import { namesIn, removePath } from "../dag/atomic.ts";
import type { EngineName } from "./catalogue.ts";
import { lockEngines } from "./lock.ts";
import { defaultPlaces, engineDirectory, findEngine, type Places } from "./places.ts";

/** A directory in the engines' folder that nothing uses: another version, or an installation that was interrupted. */
export interface Remains {
  readonly directory: string;
  readonly bytes: number;
}

/** Directories of an engine in the cache: of every version, and unfinished ones. */
function directoriesOf(name: EngineName, { root }: Places): string[] {
  return namesIn(root).filter((entry) => entry.startsWith(`${name}-`))
    .map((entry) => join(root, entry));
}

/** What lies beside an engine's directory and is of no use. */
export function listRemains(name: EngineName, places: Places = defaultPlaces()): Remains[] {
  const current = engineDirectory(findEngine(name, places), places);
  return directoriesOf(name, places).filter((directory) => directory !== current)
    .map((directory) => ({ directory, bytes: sizeOf(directory) }));
}

/** Deletes every version of an engine and what interrupted installations left; returns what was deleted. */
export async function removeEngine(
  name: EngineName,
  places: Places = defaultPlaces(),
): Promise<Remains[]> {
  if (directoriesOf(name, places).length === 0) return [];
  const lock = await lockEngines(places);
  const removed = directoriesOf(name, places).map((directory) => ({
    directory,
    bytes: sizeOf(directory),
  }));
  for (const { directory } of removed) removePath(directory);
  lock.release();
  return removed;
}

function sizeOf(path: string): number {
  const { isDirectory, size } = Deno.lstatSync(path);
  if (!isDirectory) return size;
  return namesIn(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
