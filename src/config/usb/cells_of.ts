import type { Scalar } from "../located.ts";
import type { Setting } from "../setting.ts";
import type { UsbRun } from "./map_run.ts";
import type { Placed } from "./read_config.ts";
import { settingId } from "./settings_of.ts";

export type Values = ReadonlyMap<string, Placed<Scalar>>;

/** Config files that differ in nothing but their seed. */
export interface UsbCell {
  /** The method's id; where files of one method and setting differ, the further ones have a number behind it. */
  readonly row: string;
  readonly column: string;
  readonly first: UsbRun;
  readonly seeds: ReadonlySet<number>;
}

/** A table in which every row has a file for every column. */
export interface UsbTable {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly UsbCell[];
}

/** Groups runs by method, setting and whatever else differs; seeds fall together. */
export function cellsOf(
  runs: readonly UsbRun[],
  { settings }: { readonly settings: Readonly<Record<string, Setting>> },
): UsbCell[] {
  const variants = new Map<string, Map<string, UsbRun[]>>();
  for (const run of runs) {
    const place = JSON.stringify([run.method.value, settingId(run, settings)]);
    const found = variants.get(place) ?? new Map<string, UsbRun[]>();
    variants.set(place, found);
    const signature = JSON.stringify([plain(run.params), plain(run.run)]);
    found.set(signature, [...found.get(signature) ?? [], run]);
  }
  return [...variants.values()].flatMap((found) =>
    [...found.values()].map((same, index): UsbCell => {
      const first = same[0]!;
      const { value: method } = first.method;
      return {
        row: index === 0 ? method : `${method}-${index + 1}`,
        column: settingId(first, settings),
        first,
        seeds: new Set(same.map(({ seed }) => seed.value)),
      };
    })
  );
}

/** Splits cells into tables without holes: rows that have the same columns stand together. */
export function tablesOf(cells: readonly UsbCell[]): UsbTable[] {
  const columnsOf = Map.groupBy(cells, ({ row }) => row);
  const groups = Map.groupBy(columnsOf, ([, some]) => {
    return JSON.stringify(some.map(({ column }) => column).sort());
  });
  return [...groups.values()].map((rows) => {
    const inside = rows.flatMap(([, some]) => some);
    const columns = [...new Set(inside.map(({ column }) => column))];
    return { rows: rows.map(([row]) => row), columns, cells: inside };
  });
}

/** What all of these have with the same value. */
export function commonValues(all: readonly Values[]): Map<string, Placed<Scalar>> {
  const [first = new Map<string, Placed<Scalar>>(), ...rest] = all;
  return new Map(
    [...first].filter(([name, { value }]) => rest.every((map) => map.get(name)?.value === value)),
  );
}

function plain(values: Values): [string, Scalar][] {
  return [...values].map(([name, { value }]): [string, Scalar] => [name, value]).sort();
}
