import { synthesis } from "../data/synthesis.ts";
import { availabilityOf } from "./availability.ts";
import type { Capabilities } from "./capabilities.ts";
import { departures, type EffectiveCell } from "./departures.ts";
import { effectiveRun, effectiveSetting, profileLayers } from "./effective.ts";
import { type Cell, defaultSeeds, type SeedRun } from "./expanded.ts";
import type { Position } from "./located.ts";
import { fileLayer, methodParams, textLayer } from "./method_params.ts";
import { formatMethod, type MethodText, parseMethod } from "./method_string.ts";
import type { Only } from "./only.ts";
import type { Entry, ResolvedTable } from "./resolve_tables.ts";
import type { RunLayer, SweepRunParams } from "./run_params.ts";
import { type CellNames, matchesMethod, matchesSetting } from "./selection.ts";
import type { Setting } from "./setting.ts";
import type { Sweep, SweepView } from "./sweep.ts";

interface CellPlace {
  readonly table: ResolvedTable;
  readonly row: Entry;
  readonly column: Entry;
}

/** What a cell is in one file, before profiles. */
interface CellDefinition {
  readonly method: MethodText;
  readonly methodAt: Position;
  readonly settingId: string;
  readonly setting: Setting;
  readonly quoted: boolean;
  readonly run: RunLayer | undefined;
  /** Key of the cell under its table's `cells`. */
  readonly key: string;
}

interface Settled {
  readonly capabilities: Capabilities;
  readonly profile: string;
  readonly only: Only | undefined;
  readonly overrides?: RunLayer;
}

/** Expands the cells of one sweep under one profile. */
export class CellExpander {
  readonly seeds: readonly number[];

  constructor(readonly sweep: Sweep, readonly options: Settled) {
    this.seeds = sweep.data.axes?.seed ?? defaultSeeds;
  }

  expand(place: CellPlace): Cell {
    const { sweep, options: { capabilities } } = this;
    const { table, row, column } = place;
    const definition = define(sweep, place);
    const effective = this.#effective(definition, place);
    const { id } = definition.method;
    const availability = definition.quoted
      ? { kind: "quoted", reason: "only the paper's number is shown" } as const
      : availabilityOf(effective, capabilities);
    return {
      id: `${table.id}/${row.id}/${column.id}`,
      table: table.id,
      row: row.id,
      column: column.id,
      method: id,
      methodText: formatMethod(definition.method),
      methodParams: effective.methodParams,
      setting: definition.settingId,
      split: effective.split,
      synthesis: effective.split.dataset === "synthetic"
        ? sweep.data.datasets?.["synthetic"]?.synthesis ?? synthesis.parse({})
        : null,
      runs: this.#runs(effective.run, names(definition, place)),
      availability,
      departures: definition.quoted ? [] : departures(effective, this.#paper(definition, place)),
    };
  }

  /** The cell as it is run: profile < file < cell < flag. */
  #effective(cell: CellDefinition, { table }: CellPlace): EffectiveCell {
    const { sweep: { data, tree }, options: { capabilities, profile, overrides } } = this;
    const { id } = cell.method;
    const profiles = profileLayers(data, profile);
    const split = effectiveSetting(cell.setting, { id: cell.settingId, profiles });
    const params = methodParams([
      fileLayer(tree, ["profiles", "paper", "methods", id]),
      fileLayer(tree, ["profiles", profile, "methods", id]),
      fileLayer(tree, ["methods", id, "params"]),
      ownLayer(this.sweep, cell),
      fileLayer(tree, ["tables", table.id, "cells", cell.key, "params"]),
    ], { schema: capabilities.methods[id]?.params, at: cell.methodAt });
    const run = effectiveRun({
      profiles,
      datasets: [cell.setting.dataset, split.dataset],
      layers: [data.defaults, cell.run, overrides],
    });
    return { method: id, methodParams: params, split, run, seeds: this.seeds };
  }

  /** The same cell as the paper's profile has it, without anything that a file, cell or flag changes. */
  #paper(cell: CellDefinition, place: CellPlace): EffectiveCell {
    const { sweep: { reference }, options: { capabilities } } = this;
    const original = reference === null ? undefined : samePlace(reference, place);
    const source = reference !== null && original !== undefined
      ? define(reference, original)
      : cell;
    const profiles = reference === null ? [] : profileLayers(reference.data, "paper");
    const split = effectiveSetting(source.setting, { id: source.settingId, profiles });
    const { id } = source.method;
    const layers = reference === null ? [ownLayer(this.sweep, source)] : [
      fileLayer(reference.tree, ["profiles", "paper", "methods", id]),
      ownLayer(original === undefined ? this.sweep : reference, source),
    ];
    return {
      method: id,
      methodParams: methodParams(layers, {
        schema: capabilities.methods[id]?.params,
        at: source.methodAt,
      }),
      split,
      run: effectiveRun({ profiles, datasets: [source.setting.dataset] }),
      seeds: reference?.data.axes?.seed ?? defaultSeeds,
    };
  }

  #runs(run: SweepRunParams, cell: CellNames): SeedRun[] {
    const { axes } = this.sweep.data;
    const only = this.options.only?.axes;
    const fits = (patterns: readonly string[] | undefined, matches: typeof matchesMethod) =>
      patterns?.some((pattern) => matches(pattern, cell)) ?? true;
    const selected = fits(axes?.method, matchesMethod) && fits(only?.method, matchesMethod) &&
      fits(axes?.setting, matchesSetting) && fits(only?.setting, matchesSetting);
    return this.seeds.map((seed) => ({
      seed,
      selected: selected && (only?.seed?.includes(String(seed)) ?? true),
      params: { ...run, split_seed: run.split_seed === "seed" ? seed : run.split_seed },
    }));
  }
}

/** Parameters in a cell's method string. */
function ownLayer(view: SweepView, { method, methodAt }: CellDefinition) {
  const shorthands = view.data.methods?.[method.id]?.shorthands ?? {};
  // Its complaints were made when the file was checked.
  return textLayer(method.params, { at: methodAt, shorthands, complaints: [] });
}

function define(view: SweepView, { table, row, column }: CellPlace): CellDefinition {
  const key = `${row.id}/${column.id}`;
  const own = table.data.cells?.[key];
  const methodEntry = "method" in row.means ? row : column;
  const settingEntry = "method" in row.means ? column : row;
  const method = own?.method !== undefined
    ? parseMethod(own.method)
    : "method" in methodEntry.means
    ? methodEntry.means.method
    : undefined;
  const settingId = own?.setting ??
    ("setting" in settingEntry.means ? settingEntry.means.setting : undefined);
  const setting = settingId === undefined ? undefined : view.data.settings?.[settingId];
  if (method === undefined || settingId === undefined || setting === undefined) {
    throw new Error(`internal: ${table.id}/${key} was not checked`);
  }
  return {
    method,
    methodAt: methodEntry.at,
    settingId,
    setting,
    quoted: own?.quoted ?? view.data.methods?.[method.id]?.quoted ?? false,
    run: own?.run,
    key,
  };
}

/** Where a view has a cell of the same id. */
function samePlace(view: SweepView, { table, row, column }: CellPlace): CellPlace | undefined {
  const other = view.tables.get(table.id);
  const sameRow = other?.rows.find(({ id }) => id === row.id);
  const sameColumn = other?.columns.find(({ id }) => id === column.id);
  return other && sameRow && sameColumn
    ? { table: other, row: sameRow, column: sameColumn }
    : undefined;
}

function names(cell: CellDefinition, { row, column }: CellPlace): CellNames {
  return {
    method: cell.method,
    setting: cell.settingId,
    rowId: row.id,
    columnId: column.id,
    methodRows: "method" in row.means,
  };
}
