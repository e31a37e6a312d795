import { aggregate } from "./aggregate.ts";
import type { SeedValue, Statistics } from "./aggregate.ts";
import { type Absence, absenceCodes, parseAbsence } from "./absence.ts";
import { groupDepartures } from "./departures.ts";
import { departuresOf, factsOf } from "./evidence.ts";
import type { Metrics } from "./metrics.ts";
import type { TableParams } from "./params.ts";
import type { Missing, Note, Report, ReportCell, SeedAbsence, SeedResult } from "./report.ts";
import { cellName, describeCells } from "./scope.ts";

/** What became of one run: its metrics, or why there are none (see `parseAbsence`). */
export type Outcome = { readonly metrics: Metrics } | { readonly absent: string };

type CellParams = TableParams["cells"][number];

/**
 * Joins a table's description with the outcomes that its seeds point into by index.
 *
 * @throws `internal:` where the description does not fit together or a value is not a number.
 */
export function buildReport(params: TableParams, outcomes: readonly Outcome[]): Report {
  const { paper } = params;
  const title = params.title ?? paper?.title;
  const rows = params.rows ?? paper?.rows.map(({ id, label, indent }) => ({ id, label, indent }));
  const columns = params.columns ?? paper?.columns;
  if (title === undefined || rows === undefined || columns === undefined) {
    throw new Error(`internal: ${params.table} has no paper table, so needs title, rows, columns`);
  }
  const given = cellsByName(params.cells);
  for (const [name, { row, column }] of given) {
    if (rows.some(({ id }) => id === row) && columns.some(({ id }) => id === column)) continue;
    throw new Error(`internal: ${params.table} has no cell ${name}`);
  }
  const seeds = new Map([...given].map(([name, cell]) => [name, readSeeds(cell, outcomes)]));
  const values = [...seeds].flatMap(([cell, { results }]): SeedValue[] => {
    return results.map(({ seed, value }) => ({ cell, seed, value }));
  });
  const statistics = aggregate(values);
  const cells = rows.map(({ id: row }) =>
    columns.map(({ id: column }) => {
      const name = cellName({ row, column });
      const notes = (paper?.notes ?? []).flatMap((note, index) => {
        return note.cells.includes(name) ? [markOf(paper, index)] : [];
      });
      return cellOf({
        position: { row, column },
        seeds: seeds.get(name) ?? notListed,
        statistics: statistics.get(name),
        paper: paper?.rows.find(({ id }) => id === row)?.cells[column] ?? null,
        notes,
      });
    })
  );
  const flat = cells.flat();
  const done = flat.filter((cell) => cell.ours !== null);
  const runnable = flat.filter((cell) => cell.seedsAsked > 0);
  return {
    table: params.table,
    title,
    profile: params.profile,
    caption: paper?.caption ?? "",
    published: paper !== null,
    rows,
    columns,
    cells,
    missing: missingOf(flat),
    departures: groupDepartures(
      [...params.departures, ...departuresOf(flat)],
      done.length > 0 ? done : runnable,
    ),
    facts: factsOf(flat),
    notes: (paper?.notes ?? []).map((note, index): Note => {
      return { mark: note.cells.length === 0 ? null : markOf(paper, index), text: note.text };
    }),
  };
}

interface CellSeeds {
  readonly asked: number;
  readonly results: readonly SeedResult[];
  readonly absent: readonly SeedAbsence[];
}

const notListed: CellSeeds = {
  asked: 0,
  results: [],
  absent: [{ code: "missing", reason: "The sweep file does not list this cell.", seeds: [] }],
};

function cellsByName(cells: readonly CellParams[]): ReadonlyMap<string, CellParams> {
  const given = new Map<string, CellParams>();
  for (const cell of cells) {
    if (given.has(cellName(cell))) throw new Error(`internal: cell ${cellName(cell)} given twice`);
    given.set(cellName(cell), cell);
  }
  return given;
}

/** The seeds of one cell in ascending order, sorted into results and reasons for there being none. */
function readSeeds(cell: CellParams, outcomes: readonly Outcome[]): CellSeeds {
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
    fixedSplit: metrics.fixed_split,
  };
}

function cellOf(options: {
  position: { row: string; column: string };
  seeds: CellSeeds;
  statistics: Statistics | undefined;
  paper: ReportCell["paper"];
  notes: readonly number[];
}): ReportCell {
  const { position, seeds, statistics, paper, notes } = options;
  const { asked: seedsAsked, absent } = seeds;
  const content = { ...position, seedsAsked, paper, absent, notes };
  if (statistics === undefined) {
    const code = absenceCodes.find((wanted) => absent.some(({ code }) => code === wanted));
    return { ...content, code: code ?? "missing", ours: null, difference: null };
  }
  const difference = paper === null ? null : statistics.mean - paper.value;
  const code = statistics.count === seedsAsked ? "done" : "partial";
  return { ...content, code, ours: { ...statistics, seeds: seeds.results }, difference };
}

/** The reasons for absence, each said once, in the order of their codes and then of the table. */
function missingOf(cells: readonly ReportCell[]): Missing[] {
  const groups = new Map<string, { absence: SeedAbsence; cells: Set<string> }>();
  for (const cell of cells) {
    for (const absence of cell.absent) {
      const key = JSON.stringify([absence.code, absence.reason, absence.seeds]);
      const group = groups.get(key) ?? { absence, cells: new Set<string>() };
      groups.set(key, group);
      group.cells.add(cellName(cell));
    }
  }
  const rank = ({ absence }: { absence: SeedAbsence }) => absenceCodes.indexOf(absence.code);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b)).map(
    ({ absence, cells: having }) => {
      return { ...absence, scope: describeCells(having, cells) };
    },
  );
}

/** The number of a note: only those on single cells are numbered, from 1. */
function markOf(paper: TableParams["paper"], index: number): number {
  return (paper?.notes ?? []).slice(0, index + 1).filter((note) => note.cells.length > 0).length;
}
