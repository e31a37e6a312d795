import { findCell, suggest, targets } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import type { CellNodes } from "../sweep/graph.ts";
import type { Session } from "./session.ts";

/**
 * The target whose file has a cell's table.
 *
 * @throws {UserError} if no target has it: then it may be in a sweep file of the user's own
 */
export function targetOf(cell: string): string {
  const table = cell.split("/")[0]!;
  const tables = targets.filter((target) => target !== "all");
  if (tables.includes(table)) return table;
  throw new UserError(
    `Unknown cell "${cell}": no table "${table}"${suggest(table, tables)}; ` +
      "a table of your own sweep file is found with --in <file.yaml>",
  );
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
