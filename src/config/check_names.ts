import type { Complaint } from "./complaint.ts";
import { keyPositionAt, type LocatedMap, type Path, positionAt } from "./located.ts";
import { matchesPattern } from "./pattern.ts";
import { type Entry, type ResolvedTable, tryParseMethod } from "./resolve_tables.ts";
import { methodNames, settingNames } from "./selection.ts";
import { suggest } from "./suggest.ts";
import type { SweepData } from "./sweep_schema.ts";

interface Checked {
  readonly data: SweepData;
  readonly tree: LocatedMap;
  readonly tables: ReadonlyMap<string, ResolvedTable>;
  readonly complaints: Complaint[];
}

/** Complains about every name in a sweep file that nothing declares. */
export function checkNames(checked: Checked): void {
  checkMethods(checked);
  checkSettings(checked);
  for (const table of checked.tables.values()) checkTable(table, checked);
  checkProfiles(checked);
  checkAxes(checked);
}

/** Complains where `name` is not among `known`. */
function expectKnown(
  { kind, name, known, at }: {
    kind: string;
    name: string;
    known: readonly string[];
    at: Complaint["at"];
  },
  complaints: Complaint[],
): void {
  if (known.includes(name)) return;
  complaints.push({ at, text: `Unknown ${kind} "${name}"${suggest(name, known)}` });
}

function checkMethods({ data, tree, complaints }: Checked): void {
  for (const key of Object.keys(data.methods ?? {})) {
    const at = keyPositionAt(tree, ["methods", key]);
    const method = tryParseMethod(key, { at, complaints });
    if (method === undefined) continue;
    if (Object.keys(method.params).length > 0) {
      complaints.push({ at, text: `Put the parameters of "${method.id}" under "params"` });
    } else if (method.id !== key) {
      complaints.push({ at, text: `Plug-ins have one order here: write "${method.id}"` });
    }
  }
}

function checkSettings({ data, tree, complaints }: Checked): void {
  const known = Object.keys(data.datasets ?? {});
  for (const [id, setting] of Object.entries(data.settings ?? {})) {
    const at = positionAt(tree, ["settings", id, "dataset"]);
    expectKnown({ kind: "data set", name: setting.dataset, known, at }, complaints);
  }
}

function checkTable(table: ResolvedTable, { data, tree, complaints }: Checked): void {
  const check = ({ means, at }: Pick<Entry, "means" | "at">) => {
    if ("method" in means) {
      const known = Object.keys(data.methods ?? {});
      expectKnown({ kind: "method", name: means.method.id, known, at }, complaints);
    } else {
      const known = Object.keys(data.settings ?? {});
      expectKnown({ kind: "setting", name: means.setting, known, at }, complaints);
    }
  };
  [...table.rows, ...table.columns].forEach(check);
  const names = table.rows.flatMap((row) =>
    table.columns.map((column) => `${row.id}/${column.id}`)
  );
  for (const [key, cell] of Object.entries(table.data.cells ?? {})) {
    const path: Path = ["tables", table.id, "cells", key];
    expectKnown(
      { kind: "cell", name: key, known: names, at: keyPositionAt(tree, path) },
      complaints,
    );
    if (cell.setting !== undefined) {
      check({ means: { setting: cell.setting }, at: positionAt(tree, [...path, "setting"]) });
    }
    if (cell.method !== undefined) {
      const at = positionAt(tree, [...path, "method"]);
      const method = tryParseMethod(cell.method, { at, complaints });
      if (method !== undefined) check({ means: { method }, at });
    }
  }
}

function checkProfiles({ data, tree, complaints }: Checked): void {
  const datasets = Object.keys(data.datasets ?? {});
  for (const [id, profile] of Object.entries(data.profiles ?? {})) {
    const base = ["profiles", id];
    const key = (...path: string[]) => keyPositionAt(tree, [...base, ...path]);
    for (const name of Object.keys(profile.datasets ?? {})) {
      expectKnown(
        { kind: "data set", name, known: datasets, at: key("datasets", name) },
        complaints,
      );
    }
    for (const name of Object.keys(profile.methods ?? {})) {
      const known = Object.keys(data.methods ?? {});
      expectKnown({ kind: "method", name, known, at: key("methods", name) }, complaints);
    }
    for (const [pattern, layer] of Object.entries(profile.settings ?? {})) {
      const known = Object.keys(data.settings ?? {});
      if (!known.some((name) => matchesPattern(pattern, name))) {
        expectKnown(
          { kind: "setting", name: pattern, known, at: key("settings", pattern) },
          complaints,
        );
      }
      if (layer.dataset !== undefined) {
        const at = positionAt(tree, [...base, "settings", pattern, "dataset"]);
        expectKnown({ kind: "data set", name: layer.dataset, known: datasets, at }, complaints);
      }
    }
  }
}

function checkAxes({ data, tree, tables, complaints }: Checked): void {
  const known = {
    method: methodNames(data, tables),
    setting: settingNames(data, tables),
    table: [...tables.keys()],
  };
  for (const axis of ["method", "setting", "table"] as const) {
    (data.axes?.[axis] ?? []).forEach((pattern, index) => {
      if (known[axis].some((name) => matchesPattern(pattern, name))) return;
      const at = positionAt(tree, ["axes", axis, index]);
      complaints.push({ at, text: `Unknown ${axis} "${pattern}"${suggest(pattern, known[axis])}` });
    });
  }
  const seeds = data.axes?.seed ?? [];
  seeds.forEach((seed, index) => {
    if (seeds.indexOf(seed) === index) return;
    complaints.push({
      at: positionAt(tree, ["axes", "seed", index]),
      text: `Seed ${seed} is there twice`,
    });
  });
}
