import type { Complaint } from "./complaint.ts";
import { type LocatedMap, type Path, type Position, positionAt } from "./located.ts";
import { formatMethod, type MethodText, parseMethod } from "./method_string.ts";
import type { SweepData, TableData } from "./sweep_schema.ts";

/** A row or column: a method or a setting under an id. */
export interface Entry {
  readonly id: string;
  readonly label: string;
  readonly at: Position;
  readonly means: { readonly method: MethodText } | { readonly setting: string };
}

/** A table whose method strings are parsed. */
export interface ResolvedTable {
  readonly id: string;
  readonly data: TableData;
  readonly rows: readonly Entry[];
  readonly columns: readonly Entry[];
}

/** Parses the rows and columns of all tables; ill-formed method strings and ids used twice are complaints. */
export function resolveTables(
  data: SweepData,
  { tree, complaints }: { readonly tree: LocatedMap; readonly complaints: Complaint[] },
): Map<string, ResolvedTable> {
  const tables = new Map<string, ResolvedTable>();
  for (const [id, table] of Object.entries(data.tables ?? {})) {
    const side = (name: "rows" | "columns") => {
      const path = ["tables", id, name];
      const entries = resolveAxis(table[name], { path, tree, complaints });
      return withoutRepeats(entries, complaints);
    };
    tables.set(id, { id, data: table, rows: side("rows"), columns: side("columns") });
  }
  return tables;
}

interface Place {
  readonly path: Path;
  readonly tree: LocatedMap;
  readonly complaints: Complaint[];
}

function resolveAxis(axis: TableData["rows"], { path, tree, complaints }: Place): Entry[] {
  const methods = (axis.methods ?? []).flatMap((entry, index) => {
    const own = [...path, "methods", index];
    const text = typeof entry === "string" ? entry : entry.method;
    const at = positionAt(tree, typeof entry === "string" ? own : [...own, "method"]);
    const method = tryParseMethod(text, { at, complaints });
    if (method === undefined) return [];
    return [named(entry, { fallback: formatMethod(method), at, means: { method } })];
  });
  const settings = (axis.settings ?? []).map((entry, index) => {
    const own = [...path, "settings", index];
    const setting = typeof entry === "string" ? entry : entry.setting;
    const at = positionAt(tree, typeof entry === "string" ? own : [...own, "setting"]);
    return named(entry, { fallback: setting, at, means: { setting } });
  });
  return [...methods, ...settings];
}

function named(
  entry: string | { id?: string | undefined; label?: string | undefined },
  { fallback, at, means }: { fallback: string; at: Position; means: Entry["means"] },
): Entry {
  const id = typeof entry === "string" ? fallback : entry.id ?? fallback;
  const label = typeof entry === "string" ? id : entry.label ?? id;
  return { id, label, at, means };
}

function withoutRepeats(entries: readonly Entry[], complaints: Complaint[]): Entry[] {
  const seen = new Set<string>();
  return entries.filter(({ id, at }) => {
    if (seen.has(id)) {
      complaints.push({ at, text: `"${id}" is there twice: give one of the two another "id"` });
      return false;
    }
    seen.add(id);
    return true;
  });
}

/** Parses a method string of a file; what is wrong with it becomes a complaint. */
export function tryParseMethod(
  text: string,
  { at, complaints }: { readonly at: Position; readonly complaints: Complaint[] },
): MethodText | undefined {
  try {
    return parseMethod(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    complaints.push({ at, text: error.message });
    return undefined;
  }
}
