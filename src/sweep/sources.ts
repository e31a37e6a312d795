import type { Expanded } from "../config/mod.ts";
import { type FoundSource, locate } from "../data/locate.ts";
import type { SourceCache } from "../data/source_cache.ts";
import type { Synthesis } from "../data/synthesis.ts";

/** A data set of a sweep: its files, or why there are none. */
export type Source = { readonly found: FoundSource } | { readonly missing: string };

/** What is looked for, and where. */
export interface SourceOptions {
  /** Root of the data sets; a set lies in `<root>/<id>/`. */
  readonly root: string;
  /** Folders that the user named: data set id -> path. */
  readonly folders: Readonly<Record<string, string>>;
  readonly cache: SourceCache;
  /** Parameters of the synthetic set. */
  readonly synthesis: Synthesis;
}

/**
 * Finds the data sets that the runnable cells need.
 *
 * @throws {UserError} for a named folder that holds no data set, a truncated or wrong archive, a mistake in an index.csv
 */
export async function locateSources(
  expanded: Expanded,
  { root, folders, cache, synthesis }: SourceOptions,
): Promise<ReadonlyMap<string, Source>> {
  const ids = new Set(Object.keys(folders));
  for (const cell of expanded.tables.flatMap((table) => table.cells)) {
    if (cell.availability.kind === "ok") ids.add(cell.split.dataset);
  }
  const sources = new Map<string, Source>();
  for (const dataset of [...ids].sort()) {
    sources.set(
      dataset,
      await locate({ dataset, root, folder: folders[dataset], cache, synthesis }),
    );
  }
  return sources;
}
