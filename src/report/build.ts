import { aggregate } from "./aggregate.ts";
import type { SeedValue, Statistics } from "./aggregate.ts";
import { absenceCodes } from "./absence.ts";
import { groupDepartures } from "./departures.ts";
import { departuresOf, factsOf } from "./evidence.ts";
import type { TableParams } from "./params.ts";
import type { ImportedLine, Missing, Note, Report, ReportCell, SeedAbsence } from "./report.ts";
import { cellName, describeCells } from "./scope.ts";
import { type CellSeeds, notListed, type Outcome, readSeeds } from "./seeds.ts";

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
  const names = new Set(rows.flatMap(({ id: row }) => {
    return columns.map(({ id: column }) => cellName({ row, column }));
  }));
  for (const name of given.keys()) {
    if (!names.has(name)) throw new Error(`internal: ${params.table} has no cell ${name}`);
  }
  const shownNotes = notesOn(names, paper);
  const seeds = new Map([...given].map(([name, cell]) => [name, readSeeds(cell, outcomes)]));
  const values = [...seeds].flatMap(([cell, { results }]): SeedValue[] => {
    return results.map(({ seed, value }) => ({ cell, seed, value }));
  });
  const statistics = aggregate(values);
  const cells = rows.map(({ id: row }) =>
    columns.map(({ id: column }) => {
      const name = cellName({ row, column });
      const notes = shownNotes.filter((note) => note.cells.includes(name));
      return cellOf({
        position: { row, column },
        seeds: seeds.get(name) ?? notListed,
        statistics: statistics.get(name),
        paper: paper?.rows.find(({ id }) => id === row)?.cells[column] ?? null,
        notes: notes.flatMap(({ mark }) => mark ?? []),
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
    imported: importedOf(flat),
    facts: factsOf(flat),
    notes: shownNotes.map(({ mark, text }) => ({ mark, text })),
  };
}

function cellsByName(cells: readonly CellParams[]): ReadonlyMap<string, CellParams> {
  const given = new Map<string, CellParams>();
  for (const cell of cells) {
    if (given.has(cellName(cell))) throw new Error(`internal: cell ${cellName(cell)} given twice`);
    given.set(cellName(cell), cell);
  }
  return given;
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

function importedOf(cells: readonly ReportCell[]): ImportedLine[] {
  return cells.flatMap(({ row, column, ours }) =>
    (ours?.seeds ?? []).flatMap(({ seed, imported }) =>
      imported === undefined ? [] : [{ row, column, seed, ...imported }]
    )
  );
}

type NoteOnCells = Note & { readonly cells: readonly string[] };

/** The paper's notes on the cells that are shown, numbered from 1; those on the whole table are not. */
function notesOn(
  shown: ReadonlySet<string>,
  paper: TableParams["paper"],
): NoteOnCells[] {
  let mark = 0;
  return (paper?.notes ?? []).flatMap(({ cells, text }): NoteOnCells[] => {
    if (cells.length === 0) return [{ mark: null, cells, text }];
    return cells.some((cell) => shown.has(cell)) ? [{ mark: ++mark, cells, text }] : [];
  });
}
