import { UserError } from "../errors.ts";
import type { Cell, Expanded } from "./expanded.ts";
import { suggest } from "./suggest.ts";

/**
 * The cell called `<table>/<row>/<column>`.
 * @throws UserError that names the nearest part that is there
 */
export function findCell(expanded: Expanded, id: string): Cell {
  const cells = expanded.tables.flatMap((table) => table.cells);
  const found = cells.find((cell) => cell.id === id);
  if (found !== undefined) return found;
  const [tableId = "", row = "", column = "", ...more] = id.split("/");
  if (row === "" || column === "" || more.length > 0) {
    throw new UserError(
      `Unknown cell "${id}": expected <table>/<row>/<column>, such as "${cells[0]?.id ?? ""}"`,
    );
  }
  const table = expanded.tables.find((each) => each.id === tableId);
  const wrong = (kind: string, name: string, known: readonly string[]) =>
    new UserError(`Unknown cell "${id}": no ${kind} "${name}"${suggest(name, known)}`);
  if (table === undefined) throw wrong("table", tableId, expanded.tables.map((each) => each.id));
  const rows = table.rows.map((each) => each.id);
  if (!rows.includes(row)) throw wrong("row", row, rows);
  throw wrong("column", column, table.columns.map((each) => each.id));
}
