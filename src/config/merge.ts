import type { Located, LocatedMap } from "./located.ts";

/** How many levels of a section are merged key by key; below that the extending file's value replaces the other. */
const sectionDepth: Readonly<Record<string, number>> = {
  axes: 1,
  defaults: 1,
  datasets: 1,
  settings: 1,
  methods: 1,
  tables: 1,
  profiles: 4,
};

/**
 * Lays a file over the one that it extends. Settings, methods and tables are replaced whole, run parameters and
 * profiles key by key; lists are never joined.
 */
export function mergeFiles(parent: LocatedMap, child: LocatedMap): LocatedMap {
  return { ...mergeMaps(parent, child, (key) => sectionDepth[key] ?? 0), at: child.at };
}

function mergeMaps(
  parent: LocatedMap,
  child: LocatedMap,
  depthOf: (key: string) => number,
): LocatedMap {
  const entries = new Map(parent.entries);
  for (const [key, entry] of child.entries) {
    const below = entries.get(key);
    const node = below === undefined
      ? entry.node
      : mergeNodes(below.node, entry.node, depthOf(key));
    entries.set(key, { keyAt: entry.keyAt, node });
  }
  return { kind: "map", at: child.at, entries };
}

function mergeNodes(parent: Located, child: Located, depth: number): Located {
  if (depth === 0 || parent.kind !== "map" || child.kind !== "map") return child;
  return mergeMaps(parent, child, () => depth - 1);
}
