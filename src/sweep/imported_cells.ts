import type { Cell } from "../config/mod.ts";
import type { ImportedSeed } from "../report/imported.ts";
import {
  type ImportedResult,
  type ImportedResults,
  importedSeed,
  runIdentity,
} from "./imported.ts";

/** A result of a seed that comes from a log. */
export interface ImportedRun {
  readonly seed: number;
  readonly result: ImportedResult;
  /** What a report shows of it; absent where the log does not say what the cell picks. */
  readonly shown?: ImportedSeed;
}

/** A cell with what was imported for its seeds, and why it cannot be run if it cannot. */
interface WithImported {
  readonly cell: Cell;
  readonly absent?: { readonly code: string; readonly reason: string };
  readonly imported: readonly ImportedRun[];
}

/** Results of a cell's runs that come from logs. */
export function importedRuns(cell: Cell, results: ImportedResults): ImportedRun[] {
  if (results.size === 0) return [];
  return cell.runs.flatMap((run): ImportedRun[] => {
    const result = results.get(runIdentity(cell, run));
    if (result === undefined) return [];
    const shown = importedSeed(result, { cell, run });
    return [{ seed: run.seed, result, ...(shown ? { shown } : {}) }];
  });
}

/** The seeds of a cell that cannot be run: named one by one only where one of them has an imported result. */
export function absentSeeds({ cell, absent, imported }: WithImported) {
  if (!imported.some(({ shown }) => shown)) return [];
  return cell.runs.map(({ seed }) => ({ seed, absent, ...shownOf({ imported }, seed) }));
}

/** What a seed shows that has no result of our own; nothing where nothing was imported. */
export function shownOf(
  { imported }: Pick<WithImported, "imported">,
  seed: number,
): { readonly imported?: ImportedSeed } {
  const shown = imported.find((each) => each.seed === seed)?.shown;
  return shown ? { imported: shown } : {};
}
