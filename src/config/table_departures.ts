import type { Departure } from "./departures.ts";
import type { ExpandedTable } from "./expanded.ts";

/** A departure and where in the table it holds. */
export interface TableDeparture extends Departure {
  /** `row/column` of each cell, or "all" where it holds for every cell that is not quoted. */
  readonly cells: readonly string[] | "all";
}

/** The departures of a table's cells, each once, in the order in which they first appear. */
export function tableDepartures(table: ExpandedTable): TableDeparture[] {
  const ours = table.cells.filter((cell) => cell.availability.kind !== "quoted");
  const found = new Map<string, { departure: Departure; cells: string[] }>();
  for (const cell of ours) {
    for (const departure of cell.departures) {
      const entry = found.get(departure.sentence) ?? { departure, cells: [] };
      entry.cells.push(`${cell.row}/${cell.column}`);
      found.set(departure.sentence, entry);
    }
  }
  return [...found.values()].map(({ departure, cells }) => ({
    ...departure,
    cells: cells.length === ours.length ? "all" : cells,
  }));
}
