/** A set of cells in few words: everything, or blocks of rows and columns. */
export type Scope = "all" | readonly Block[];

/** The cells where these rows and columns cross; null stands for all that the universe has there. */
export interface Block {
  readonly rows: readonly string[] | null;
  readonly columns: readonly string[] | null;
}

/** Where a cell stands, by the ids of its row and column. */
export interface Position {
  readonly row: string;
  readonly column: string;
}

/** `row/column`: a cell's id within its table. */
export function cellName({ row, column }: Position): string {
  return `${row}/${column}`;
}

/**
 * Describes `cells` as a part of `universe`: lines (rows or columns, whichever takes fewer words)
 * that have the same cells in the set are said together. Order as in the universe.
 */
export function describeCells(
  cells: ReadonlySet<string>,
  universe: readonly Position[],
): Scope {
  const meant = universe.filter((position) => cells.has(cellName(position)));
  if (meant.length === universe.length) return "all";
  const byRow = mergeLines(meant, { universe, along: "row", across: "column" })
    .map(({ lines, others }): Block => ({ rows: lines, columns: others }));
  const byColumn = mergeLines(meant, { universe, along: "column", across: "row" })
    .map(({ lines, others }): Block => ({ rows: others, columns: lines }));
  return wordsIn(byColumn) < wordsIn(byRow) ? byColumn : byRow;
}

function mergeLines(meant: readonly Position[], options: {
  universe: readonly Position[];
  along: keyof Position;
  across: keyof Position;
}): { lines: string[]; others: string[] | null }[] {
  const { universe, along, across } = options;
  const merged = new Map<string, { lines: string[]; others: string[] | null }>();
  for (const line of new Set(meant.map((position) => position[along]))) {
    const here = meant.filter((position) => position[along] === line);
    const whole = universe.filter((position) => position[along] === line).length === here.length;
    const others = whole ? null : here.map((position) => position[across]);
    const key = JSON.stringify(others);
    const entry = merged.get(key) ?? { lines: [], others };
    merged.set(key, entry);
    entry.lines.push(line);
  }
  return [...merged.values()];
}

function wordsIn(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { rows, columns }) => {
    return sum + (rows?.length ?? 0) + (columns?.length ?? 0);
  }, 0);
}

/** The scope in words; `all` is what to say for everything, `quote` wraps each id. */
export function scopeText(
  scope: Scope,
  options: { all: string; quote?: (id: string) => string },
): string {
  if (scope === "all") return options.all;
  const quote = options.quote ?? ((id) => id);
  const list = (kind: string, ids: readonly string[]) => {
    return `${kind}${ids.length > 1 ? "s" : ""} ${ids.map(quote).join(", ")}`;
  };
  return scope.map(({ rows, columns }) => {
    if (rows === null) return list("column", columns ?? []);
    if (columns === null) return list("row", rows);
    const [row, column] = [rows[0], columns[0]];
    if (rows.length === 1 && columns.length === 1 && row !== undefined && column !== undefined) {
      return list("cell", [cellName({ row, column })]);
    }
    return `${list("row", rows)} in ${list("column", columns)}`;
  }).join("; ");
}
