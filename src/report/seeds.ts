import { type Absence, parseAbsence } from "./absence.ts";
import { importedEngine, type ImportedSeed } from "./imported.ts";
import type { Metrics } from "./metrics.ts";
import type { TableParams } from "./params.ts";
import type { SeedAbsence, SeedResult } from "./report.ts";
import { cellName } from "./scope.ts";

/** What became of one run: its metrics, or why there are none (see `parseAbsence`). */
export type Outcome = { readonly metrics: Metrics } | { readonly absent: string };

/** The seeds of a cell, sorted into results and reasons for there being none. */
export interface CellSeeds {
  readonly asked: number;
  readonly results: readonly SeedResult[];
  readonly absent: readonly SeedAbsence[];
}

/** For a cell that the description does not mention. */
export const notListed: CellSeeds = {
  asked: 0,
  results: [],
  absent: [{ code: "missing", reason: "The sweep file does not list this cell.", seeds: [] }],
};

/**
 * Looks up the seeds of one cell in ascending order.
 *
 * @throws `internal:` for a seed given twice or an index without an outcome.
 */
export function readSeeds(
  cell: TableParams["cells"][number],
  outcomes: readonly Outcome[],
): CellSeeds {
  const results: SeedResult[] = [];
  const reasons = new Map<string, { absence: Absence; seeds: number[] }>();
  const seeds = [...cell.seeds].sort((a, b) => a.seed - b.seed);
  for (const [index, entry] of seeds.entries()) {
    if (seeds[index - 1]?.seed === entry.seed) {
      throw new Error(`internal: cell ${cellName(cell)} has seed ${entry.seed} twice`);
    }
    const outcome = "input" in entry ? outcomes[entry.input] : undefined;
    if ("input" in entry && outcome === undefined) {
      throw new Error(`internal: cell ${cellName(cell)} wants input ${entry.input}, not given`);
    }
    if (outcome !== undefined && "metrics" in outcome) {
      results.push(resultOf(outcome.metrics, { seed: entry.seed, cell: cellName(cell) }));
      continue;
    }
    if (entry.imported !== undefined) {
      results.push(importedResult(entry.imported, entry.seed));
      continue;
    }
    const absence = "absent" in entry ? entry.absent : parseAbsence(outcome?.absent ?? "");
    const key = `${absence.code} ${absence.reason}`;
    const known = reasons.get(key) ?? { absence, seeds: [] };
    reasons.set(key, known);
    known.seeds.push(entry.seed);
  }
  const absent = [...reasons.values()].map(({ absence, seeds: lacking }) => {
    return { ...absence, seeds: lacking.length === seeds.length ? [] : lacking };
  });
  if (seeds.length > 0) return { asked: seeds.length, results, absent };
  return cell.absent ? { ...notListed, absent: [{ ...cell.absent, seeds: [] }] } : notListed;
}

function resultOf(metrics: Metrics, options: { seed: number; cell: string }): SeedResult {
  const primary = metrics.outputs[metrics.primary];
  if (primary === undefined) {
    throw new Error(`internal: ${options.cell} has no output "${metrics.primary}" in its metrics`);
  }
  return {
    seed: options.seed,
    value: 100 * primary.top1,
    pick: metrics.pick,
    output: metrics.primary,
    engine: metrics.engine,
    selectedStep: metrics.selected_step,
    testImages: metrics.test_count,
    officialTestImages: metrics.official_test_count,
    absentClasses: metrics.absent_classes,
    fixedSplit: metrics.fixed_split,
  };
}

/** An imported number: of the same test images, without anything else that our own results tell. */
function importedResult(imported: ImportedSeed, seed: number): SeedResult {
  const { source, differences, test_count } = imported;
  return {
    seed,
    value: 100 * imported.top1,
    pick: imported.pick,
    output: "-",
    engine: importedEngine,
    selectedStep: imported.selected_step,
    testImages: test_count,
    officialTestImages: test_count,
    fixedSplit: false,
    absentClasses: [],
    imported: { source, differences },
  };
}
