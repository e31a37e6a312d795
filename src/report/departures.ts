import type { Departure } from "./params.ts";
import type { DepartureGroup } from "./report.ts";
import type { Position } from "./scope.ts";
import { cellName, describeCells } from "./scope.ts";

/**
 * Groups departures by the cells that they hold for, so that what holds for all is said once. Cells
 * outside `universe` do not count; a departure that is left with none is dropped. Groups come
 * widest first, items in the order in which they were given.
 */
export function groupDepartures(
  departures: readonly Departure[],
  universe: readonly Position[],
): DepartureGroup[] {
  const names = universe.map(cellName);
  const merged = new Map<string, { item: Omit<Departure, "cells">; cells: Set<string> }>();
  for (const { cells, ...item } of departures) {
    const key = JSON.stringify([item.name, item.paper, item.ours, item.sentence ?? ""]);
    const entry = merged.get(key) ?? { item, cells: new Set<string>() };
    merged.set(key, entry);
    for (const name of cells === "all" ? names : cells) entry.cells.add(name);
  }
  const groups = new Map<string, { cells: Set<string>; items: Omit<Departure, "cells">[] }>();
  for (const { item, cells } of merged.values()) {
    const meant = names.filter((name) => cells.has(name));
    if (meant.length === 0) continue;
    const key = meant.join(" ");
    const group = groups.get(key) ?? { cells: new Set(meant), items: [] };
    groups.set(key, group);
    group.items.push(item);
  }
  return [...groups.values()]
    .sort((a, b) => b.cells.size - a.cells.size)
    .map(({ cells, items }) => ({
      scope: describeCells(cells, universe),
      items: items.map(({ name, paper, ours, sentence }) => {
        return { name, paper, ours, sentence: sentence ?? "" };
      }),
    }));
}
