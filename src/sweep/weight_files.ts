import { dirname, resolve } from "node:path";
import { errorAt, type Located } from "../config/located.ts";
import type { Expanded, Sweep } from "../config/mod.ts";
import { statFile } from "../data/official_check.ts";
import { cachedHash, type SourceCache } from "../data/source_cache.ts";

/** A file of starting weights. */
export interface WeightFile {
  readonly path: string;
  readonly digest: string;
  /** Which state dict in it; null for the only or usual one. */
  readonly entry: string | null;
}

/**
 * Finds the files that the runnable cells name as `pretrained`, by what they name: a path relative to the sweep file's folder, perhaps
 * with `#` and the entry of a checkpoint.
 *
 * @throws {UserError} where a sweep file names one that is not there
 */
export async function locateWeights(expanded: Expanded, { sweep, cache }: {
  readonly sweep: Sweep;
  readonly cache: SourceCache;
}): Promise<ReadonlyMap<string, WeightFile>> {
  const files = new Map<string, WeightFile>();
  const cells = expanded.tables.flatMap((table) => table.cells)
    .filter(({ availability }) => availability.kind === "ok");
  for (const { params: { pretrained } } of cells.flatMap(({ runs }) => runs)) {
    if (pretrained === null || files.has(pretrained)) continue;
    const [, name = "", entry = null] = /^(.*?)(?:#([^#/]+))?$/s.exec(pretrained) ?? [];
    const path = resolve(dirname(expanded.file), name);
    if ((await statFile(path))?.isFile !== true) {
      const at = placeOf(sweep.tree, pretrained) ?? sweep.tree.at;
      throw errorAt(at, `There is no file of weights ${path}`);
    }
    const digest = `sha256:${await cachedHash(path, { algorithm: "sha256", cache })}`;
    files.set(pretrained, { path, digest, entry });
  }
  return files;
}

/** Where a sweep file says `pretrained: <value>`. */
function placeOf(node: Located, value: string): Located["at"] | undefined {
  if (node.kind !== "map") return undefined;
  for (const [key, { node: below }] of node.entries) {
    if (key === "pretrained" && below.kind === "scalar" && below.value === value) return below.at;
    const place = placeOf(below, value);
    if (place) return place;
  }
  return undefined;
}
