import { UserError } from "../errors.ts";
import type { Capabilities } from "./capabilities.ts";
import { checkCapable } from "./check_capable.ts";
import { type Complaint, complaintsError } from "./complaint.ts";
import { CellExpander } from "./expand_cell.ts";
import { defaultSeeds, type Expanded } from "./expanded.ts";
import type { Only } from "./only.ts";
import { matchesPattern } from "./pattern.ts";
import { formatMethod, parseMethod } from "./method_string.ts";
import type { RunLayer } from "./run_params.ts";
import { methodNames, settingNames } from "./selection.ts";
import { suggest } from "./suggest.ts";
import type { Sweep } from "./sweep.ts";

export interface ExpandOptions {
  readonly capabilities: Capabilities;
  /** "paper" where it is left out. */
  readonly profile?: string;
  readonly only?: Only;
  /** Ids of the tables wanted; all of the file where it is left out or `null`. */
  readonly tables?: readonly string[] | null;
  /** Run parameters from flags: stronger than everything in the file. */
  readonly overrides?: RunLayer;
}

/** The profiles that a sweep file knows; `paper` is always one. */
export function profileNames(sweep: Sweep): string[] {
  return [...new Set(["paper", ...Object.keys(sweep.data.profiles ?? {})])];
}

/**
 * All cells of a sweep file's tables with their effective parameters, in the order of the file.
 * @throws UserError for an unknown profile or table, an `--only` that names nothing or leaves nothing, and for nets, views,
 * methods and parameters of methods that are misspelt
 */
export function expandSweep(sweep: Sweep, options: ExpandOptions): Expanded {
  const profile = options.profile ?? "paper";
  const profiles = profileNames(sweep);
  if (!profiles.includes(profile)) {
    throw new UserError(
      `Unknown profile "${profile}" for ${sweep.name}${suggest(profile, profiles)}`,
    );
  }
  const complaints: Complaint[] = [];
  checkCapable({ ...sweep, capabilities: options.capabilities, complaints });
  if (complaints.length > 0) throw complaintsError(complaints);
  const only = options.only === undefined ? undefined : checkedOnly(options.only, sweep);
  const expander = new CellExpander(sweep, { ...options, profile, only });
  const tables = wantedTables(sweep, options.tables ?? null).map((table) => ({
    id: table.id,
    paper: table.data.paper ?? null,
    title: table.data.title ?? null,
    rows: table.rows.map(({ id, label }) => ({ id, label })),
    columns: table.columns.map(({ id, label }) => ({ id, label })),
    cells: table.rows.flatMap((row) =>
      table.columns.map((column) => expander.expand({ table, row, column }))
    ),
  }));
  const runs = tables.flatMap(({ cells }) => cells.flatMap((cell) => cell.runs));
  if (only !== undefined && !runs.some((run) => run.selected)) {
    const where = tables.map(({ id }) => id).join(", ");
    throw new UserError(`--only "${only.text}" leaves no cell of ${where}: loosen one of its axes`);
  }
  return { file: sweep.file, profile, profiles, seeds: expander.seeds, tables };
}

function wantedTables(sweep: Sweep, wanted: readonly string[] | null) {
  const known = [...sweep.tables.keys()];
  for (const id of wanted ?? []) {
    if (!known.includes(id)) {
      throw new UserError(`Unknown table "${id}" in ${sweep.name}${suggest(id, known)}`);
    }
  }
  const axis = sweep.data.axes?.table;
  const tables = [...sweep.tables.values()].filter(({ id }) =>
    (wanted?.includes(id) ?? true) && (axis?.some((pattern) => matchesPattern(pattern, id)) ?? true)
  );
  if (tables.length === 0) {
    const reason = known.length === 0
      ? "it has no tables"
      : `its axis "table" leaves out ${wanted?.join(", ")}`;
    throw new UserError(`${sweep.name} has nothing to make: ${reason}`);
  }
  return tables;
}

function checkedOnly(only: Only, sweep: Sweep): Only {
  const known = {
    method: methodNames(sweep.data, sweep.tables),
    setting: settingNames(sweep.data, sweep.tables),
    seed: (sweep.data.axes?.seed ?? defaultSeeds).map(String),
  };
  const method = only.axes.method?.map(canonical);
  const axes = { ...only.axes, ...(method === undefined ? {} : { method }) };
  for (const axis of ["method", "setting", "seed"] as const) {
    for (const value of axes[axis] ?? []) {
      if (known[axis].some((name) => matchesPattern(value, name))) continue;
      throw new UserError(
        `--only names the unknown ${axis} "${value}"${suggest(value, known[axis])}`,
      );
    }
  }
  return { text: only.text, axes };
}

/** A method's canonical text, or what was written where it is a pattern or a row's id. */
function canonical(text: string): string {
  try {
    return formatMethod(parseMethod(text));
  } catch (error) {
    if (error instanceof RangeError) return text;
    throw error;
  }
}
