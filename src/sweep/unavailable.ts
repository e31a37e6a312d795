import type { Cell } from "../config/mod.ts";
import type { TableNodes } from "./graph.ts";

/** A run that is asked for and that this version cannot make: no node stands for it. */
export interface UnavailableRun {
  readonly cell: Cell;
  readonly seed: number;
  readonly reason: string;
}

/** All of them, in the order of the tables; quoted cells are never asked for. */
export function unavailableRuns(tables: readonly TableNodes[]): UnavailableRun[] {
  return tables.flatMap(({ cells }) => cells).flatMap(({ cell }) => {
    const { availability } = cell;
    if (availability.kind !== "missing") return [];
    return cell.runs.filter(({ selected }) => selected)
      .map(({ seed }) => ({ cell, seed, reason: availability.reason }));
  });
}
