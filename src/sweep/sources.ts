import type { Expanded } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import { type FoundSource, locate } from "../data/locate.ts";
import type { SourceCache } from "../data/source_cache.ts";

/** A data set of a sweep: its files, or why there are none. */
export type Source = { readonly found: FoundSource } | { readonly missing: string };

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
    sources.set(
      dataset,
      await locate({ dataset, root, folder: folders[dataset], cache, synthesis }),
    );
  }
  return sources;
}
