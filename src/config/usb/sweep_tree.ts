import { type Located, type LocatedMap, nodeAt, type Position, type Scalar } from "../located.ts";
import type { Setting } from "../setting.ts";
import type { SweepView } from "../sweep.ts";
import {
  cellsOf,
  commonValues,
  tablesOf,
  type UsbCell,
  type UsbTable,
  type Values,
} from "./cells_of.ts";
import type { UsbRun } from "./map_run.ts";

export interface SweepTreeOptions {
  /** `configs/paper.yaml`: its settings' names are used where they fit, and its small profiles are taken over. */
  readonly paper: SweepView;
  /** Id of the table, or of the first of several. */
  readonly table: string;
  readonly title: string;
}

/** Profiles of `paper.yaml` that config files can be run with. */
const profiles = ["mini", "smoke"];

/** A sweep file that runs what config files ask for; every value knows the file and line that it comes from. */
export function sweepTree(runs: readonly UsbRun[], options: SweepTreeOptions): LocatedMap {
  const at = runs[0]?.config.at;
  if (at === undefined) throw new Error("internal: a sweep of no config file");
  const { paper, table, title } = options;
  const cells = cellsOf(runs, { settings: paper.data.settings ?? {} });
  const defaults = commonValues(cells.map(({ first }) => first.run));
  const methods = [...new Set(cells.map(({ first }) => first.method.value))];
  const params = new Map(methods.map((id) => {
    const own = cells.filter(({ first }) => first.method.value === id);
    return [id, commonValues(own.map(({ first }) => first.params))];
  }));
  const seeds = [...new Map(runs.map(({ seed }) => [seed.value, seed])).values()]
    .sort((a, b) => a.value - b.value);
  const build = new Builder(at);
  const tables = tablesOf(cells);
  return build.map({
    version: build.scalar(1),
    axes: build.map({ seed: build.list(seeds.map(({ value, at }) => build.scalar(value, at))) }),
    ...(defaults.size > 0 ? { defaults: build.values(defaults) } : {}),
    datasets: datasetNodes(cells, { build, paper }),
    settings: build.map(
      Object.fromEntries(cells.map(({ column, first }) => [column, settingNode(first, build)])),
    ),
    methods: build.map(Object.fromEntries(methods.map((id) => {
      const common = params.get(id)!;
      return [id, build.map(common.size > 0 ? { params: build.values(common) } : {})];
    }))),
    tables: build.map(Object.fromEntries(tables.map((each, index) => [
      index === 0 ? table : `${table}-${index + 1}`,
      tableNode(each, { build, title, defaults, params }),
    ]))),
    profiles: profileNodes(methods, { build, paper }),
  });
}

/** Makes located values; what no file says stands where the first file begins. */
class Builder {
  constructor(readonly at: Position) {}

  scalar(value: Scalar, at = this.at): Located {
    return { kind: "scalar", at, value };
  }

  list(items: readonly Located[]): Located {
    return { kind: "list", at: this.at, items };
  }

  map(nodes: Readonly<Record<string, Located>>): LocatedMap {
    const entries = Object.entries(nodes).map(([key, node]) => [key, { keyAt: node.at, node }]);
    return {
      kind: "map",
      at: this.at,
      entries: new Map(entries as [string, { keyAt: Position; node: Located }][]),
    };
  }

  values(values: Values): LocatedMap {
    return this.map(Object.fromEntries(
      [...values].map(([name, { value, at }]) => [name, this.scalar(value, at)]),
    ));
  }
}

function settingNode({ data: { setting, at } }: UsbRun, build: Builder): LocatedMap {
  const part = (values: Setting["labelled"] | Setting["unlabelled"], where: Position) => ({
    ...build.map(Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, build.scalar(value as Scalar, where)]),
    )),
    at: where,
  });
  return build.map({
    dataset: build.scalar(setting.dataset, at.dataset),
    labelled: part(setting.labelled, at.labelled),
    unlabelled: part(setting.unlabelled, at.unlabelled),
  });
}

/** The data sets that are named, and the made one, which the profile `smoke` takes. */
function datasetNodes(cells: readonly UsbCell[], { build, paper }: {
  readonly build: Builder;
  readonly paper: SweepView;
}): LocatedMap {
  const made = nodeAt(paper.tree, ["datasets", "synthetic", "synthesis"]);
  const nodes: Record<string, Located> = {};
  for (const { first: { data: { setting: { dataset }, classes }, arguments: values } } of cells) {
    if (dataset !== "synthetic" || made?.kind !== "map") {
      nodes[dataset] = build.map({});
      continue;
    }
    const entries = new Map(made.entries);
    const set = (name: string, value: Scalar) =>
      entries.set(name, { keyAt: build.at, node: build.scalar(value) });
    set("classes", classes);
    set("size", values["img_size"] ?? 32);
    nodes[dataset] = build.map({ synthesis: { ...made, entries } });
  }
  if (made !== undefined) nodes["synthetic"] ??= build.map({ synthesis: made });
  return build.map(nodes);
}

function tableNode({ rows, columns, cells }: UsbTable, { build, title, defaults, params }: {
  readonly build: Builder;
  readonly title: string;
  readonly defaults: Values;
  readonly params: ReadonlyMap<string, Values>;
}): LocatedMap {
  const different: Record<string, Located> = {};
  for (const { row, column, first } of cells) {
    const without = (values: Values, common: Values) =>
      new Map([...values].filter(([name]) => !common.has(name)));
    const run = without(first.run, defaults);
    const own = without(first.params, params.get(first.method.value)!);
    if (run.size === 0 && own.size === 0) continue;
    different[`${row}/${column}`] = build.map({
      ...(own.size > 0 ? { params: build.values(own) } : {}),
      ...(run.size > 0 ? { run: build.values(run) } : {}),
    });
  }
  const methodOf = new Map(cells.map(({ row, first }) => [row, first.method]));
  const row = (id: string) => {
    const { value, at } = methodOf.get(id)!;
    if (id === value) return build.scalar(id, at);
    return build.map({ id: build.scalar(id), method: build.scalar(value, at) });
  };
  return build.map({
    title: build.scalar(title),
    rows: build.map({ methods: build.list(rows.map(row)) }),
    columns: build.map({ settings: build.list(columns.map((id) => build.scalar(id))) }),
    ...(Object.keys(different).length > 0 ? { cells: build.map(different) } : {}),
  });
}

/** The small profiles, with what they say of methods that are there. */
function profileNodes(methods: readonly string[], { build, paper }: {
  readonly build: Builder;
  readonly paper: SweepView;
}): LocatedMap {
  const nodes: Record<string, Located> = {};
  for (const id of profiles) {
    const profile = nodeAt(paper.tree, ["profiles", id]);
    if (profile?.kind !== "map") continue;
    const entries = new Map(profile.entries);
    const own = entries.get("methods");
    if (own?.node.kind === "map") {
      const kept = new Map([...own.node.entries].filter(([name]) => methods.includes(name)));
      if (kept.size === 0) entries.delete("methods");
      else entries.set("methods", { ...own, node: { ...own.node, entries: kept } });
    }
    nodes[id] = { ...profile, entries };
  }
  return build.map(nodes);
}
