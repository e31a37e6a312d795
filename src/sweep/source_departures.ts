import type { ExpandedTable } from "../config/mod.ts";
import type { Source } from "./sources.ts";

/** Departures that come with the files that a table's images are made of, each with its cells as `row/column`. */
export function sourceDepartures(table: ExpandedTable, sources: ReadonlyMap<string, Source>) {
  return [...sources].flatMap(([dataset, source]) => {
    if ("missing" in source) return [];
    const cells = table.cells
      .filter(({ split, availability }) =>
        split.dataset === dataset && availability.kind !== "quoted"
      )
      .map(({ row, column }) => `${row}/${column}`);
    if (cells.length === 0) return [];
    return (source.found.departures ?? []).map((departure) => ({ ...departure, cells }));
  });
}
