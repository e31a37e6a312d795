import { join } from "node:path";
import type { Cell, Expanded } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import { type FoundIndexFile, indexFileName, locateIndexFile } from "../data/index_files.ts";
import { type FoundSource, locate } from "../data/locate.ts";
import type { SourceCache } from "../data/source_cache.ts";

/** A data set of a sweep: its files, or why there are none. */
export type Source = {
  readonly found: FoundSource;
  /** Index files that settings name, by their names. */
  readonly indexFiles?: ReadonlyMap<string, FoundIndexFile>;
} | { readonly missing: string };

/** What is looked for, and where. */
export interface SourceOptions {
  /** Root of the data sets; a set lies in `<root>/<id>/`. */
  readonly root: string;
  /** Folders that the user named: data set id -> path. */
  readonly folders: Readonly<Record<string, string>>;
  readonly cache: SourceCache;
}

/**
 * Finds the data sets that the runnable cells need.
 *
 * @throws {UserError} for a named folder that holds no data set, a truncated or wrong archive, a mistake in an index.csv
 */
export async function locateSources(
  expanded: Expanded,
  { root, folders, cache }: SourceOptions,
): Promise<ReadonlyMap<string, Source>> {
  if (Object.hasOwn(folders, "synthetic")) {
    throw new UserError(
      `--data synthetic=${
        folders["synthetic"]
      }: the synthetic set is made, not read; leave this flag out.`,
    );
  }
  const cells = expanded.tables.flatMap((table) => table.cells)
    .filter(({ availability }) => availability.kind === "ok");
  const ids = new Set([...Object.keys(folders), ...cells.map((cell) => cell.split.dataset)]);
  const sources = new Map<string, Source>();
  for (const dataset of [...ids].sort()) {
    const synthesis = cells.find((cell) => cell.split.dataset === dataset)?.synthesis ?? undefined;
    const source = await locate({ dataset, root, folder: folders[dataset], cache, synthesis });
    const own = cells.filter((cell) => cell.split.dataset === dataset);
    sources.set(
      dataset,
      "found" in source
        ? {
          ...source,
          indexFiles: await findIndexFiles(own, {
            folder: folders[dataset] ?? join(root, dataset),
            cache,
          }),
        }
        : source,
    );
  }
  return sources;
}

async function findIndexFiles(cells: readonly Cell[], options: {
  readonly folder: string;
  readonly cache: SourceCache;
}): Promise<ReadonlyMap<string, FoundIndexFile>> {
  const found = new Map<string, FoundIndexFile>();
  for (const { split: { index_files: files }, runs } of cells) {
    if (files === undefined) continue;
    for (const { params: { split_seed: seed } } of runs) {
      for (const template of [files.labelled, files.unlabelled]) {
        if (template === undefined) continue;
        const name = indexFileName(template, seed);
        if (!found.has(name)) found.set(name, await locateIndexFile(name, options));
      }
    }
  }
  return found;
}
