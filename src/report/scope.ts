/** A set of cells in few words: everything, or whole rows, whole columns and single cells. */
export type Scope = "all" | readonly ScopePart[];

export interface ScopePart {
  readonly kind: "row" | "column" | "cell";
  /** A row's or column's id, or `row/column`. */
  readonly id: string;
}

/** The cells of which a scope speaks, in the table's order. */
export interface Position {
  readonly row: string;
  readonly column: string;
}

/** `row/column`: a cell's id within its table. */
export function cellName({ row, column }: Position): string {
  return `${row}/${column}`;
}

/**
 * Describes `cells` as a part of `universe`, by whichever of rows first or columns first needs fewer
 * parts. A row counts as whole when all of its cells that are in the universe are meant.
 */
export function describeCells(
  cells: ReadonlySet<string>,
  universe: readonly Position[],
): Scope {
  const meant = universe.filter((position) => cells.has(cellName(position)));
  if (meant.length === universe.length) return "all";
  const byRow = cover(meant, universe, ["row", "column"]);
  const byColumn = cover(meant, universe, ["column", "row"]);
  return byColumn.length < byRow.length ? byColumn : byRow;
}

function cover(
  meant: readonly Position[],
  universe: readonly Position[],
  kinds: readonly ("row" | "column")[],
): ScopePart[] {
  let left = meant;
  const parts: ScopePart[] = [];
  for (const kind of kinds) {
    for (const id of new Set(left.map((position) => position[kind]))) {
      const whole = universe.filter((position) => position[kind] === id).length;
      if (meant.filter((position) => position[kind] === id).length < whole) continue;
      parts.push({ kind, id });
      left = left.filter((position) => position[kind] !== id);
    }
  }
  return [...parts, ...left.map((position) => ({ kind: "cell" as const, id: cellName(position) }))];
}

/** The scope in words; `quote` wraps each id. */
export function scopeText(scope: Scope, options: { all: string; quote?: (id: string) => string }) {
  if (scope === "all") return options.all;
  const quote = options.quote ?? ((id) => id);
  const groups = (["row", "column", "cell"] as const).flatMap((kind) => {
    const ids = scope.filter((part) => part.kind === kind).map((part) => quote(part.id));
    if (ids.length === 0) return [];
    return [`${kind}${ids.length > 1 ? "s" : ""} ${ids.join(", ")}`];
  });
  return groups.join("; ");
}
