import { formatMethod, type MethodText } from "./method_string.ts";
import { matchesPattern } from "./pattern.ts";
import type { Entry, ResolvedTable } from "./resolve_tables.ts";
import type { SweepData } from "./sweep_schema.ts";

/** What a cell can be called on the axes `method` and `setting`. */
export interface CellNames {
  readonly method: MethodText;
  readonly setting: string;
  readonly rowId: string;
  readonly columnId: string;
  /** Whether the rows are the methods; else the columns are. */
  readonly methodRows: boolean;
}

/** A method is named by its id (all its variants), its whole string, or the id of its row. */
export function matchesMethod(pattern: string, cell: CellNames): boolean {
  const names = [
    cell.method.id,
    formatMethod(cell.method),
    cell.methodRows ? cell.rowId : cell.columnId,
  ];
  return names.some((name) => matchesPattern(pattern, name));
}

/** A setting is named by its id or by that of its column. */
export function matchesSetting(pattern: string, cell: CellNames): boolean {
  const names = [cell.setting, cell.methodRows ? cell.columnId : cell.rowId];
  return names.some((name) => matchesPattern(pattern, name));
}

type Tables = ReadonlyMap<string, ResolvedTable>;

/** Every name that `matchesMethod` can know in a sweep. */
export function methodNames(data: SweepData, tables: Tables): string[] {
  const entries = allEntries(tables).flatMap(({ id, means }) =>
    "method" in means ? [id, formatMethod(means.method)] : []
  );
  return [...new Set([...Object.keys(data.methods ?? {}), ...entries])];
}

/** Every name that `matchesSetting` can know in a sweep. */
export function settingNames(data: SweepData, tables: Tables): string[] {
  const entries = allEntries(tables).flatMap(({ id, means }) => "setting" in means ? [id] : []);
  return [...new Set([...Object.keys(data.settings ?? {}), ...entries])];
}

function allEntries(tables: Tables): Entry[] {
  return [...tables.values()].flatMap(({ rows, columns }) => [...rows, ...columns]);
}
