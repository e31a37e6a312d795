import { UserError } from "../errors.ts";

/** A place in a source file; `file` is as it is printed, `line` and `column` count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Scalar = string | number | boolean | null;

export interface LocatedMap {
  readonly kind: "map";
  readonly at: Position;
  readonly entries: ReadonlyMap<string, { readonly keyAt: Position; readonly node: Located }>;
}

/** A parsed YAML value in which everything knows where it came from, even after files are merged. */
export type Located =
  | LocatedMap
  | { readonly kind: "list"; readonly at: Position; readonly items: readonly Located[] }
  | { readonly kind: "scalar"; readonly at: Position; readonly value: Scalar };

export type Path = readonly PropertyKey[];

/** The plain value, without positions. */
export function toPlain(node: Located): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) {
    Object.defineProperty(plain, key, {
      value: toPlain(entry.node),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return plain;
}

/** The node at a path of keys and list indices, or `undefined` where there is none. */
export function nodeAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const key of path) {
    if (node?.kind === "map") node = node.entries.get(String(key))?.node;
    else if (node?.kind === "list") node = node.items[Number(key)];
    else return undefined;
  }
  return node;
}

/** Where the value at a path stands; for a path that is not there, the nearest enclosing value. */
export function positionAt(root: Located, path: Path): Position {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node !== undefined) return node.at;
  }
  return root.at;
}

/** Where the last key of a path is written; falls back to the value's position. */
export function keyPositionAt(root: Located, path: Path): Position {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return key?.keyAt ?? positionAt(root, path);
}

/** `file:line:column message`, ready to be thrown. */
export function errorAt(at: Position, message: string): UserError {
  return new UserError(`${at.file}:${at.line}:${at.column} ${message}`);
}
