import { findCell } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import type { CellNodes } from "../sweep/graph.ts";
import type { Session } from "./session.ts";

/** The target whose file has a cell's table. */
export function targetOf(cell: string): string {
  const table = cell.split("/")[0]!;
  return /^table[1-8]$/.test(table) ? table : "smoke";
}

/**
 * The nodes of a cell by its id, such as `table1/fixmatch/c10-consistent-500`.
 *
 * @throws {UserError} if no table has it
 */
export function cellNodes({ selections }: Session, id: string): CellNodes {
  for (const { expanded, tables } of selections) {
    const cell = findCell(expanded, id);
    const found = tables.flatMap(({ cells }) => cells).find((nodes) => nodes.cell === cell);
    if (found) return found;
  }
  throw new UserError(`unknown cell "${id}"`);
}
