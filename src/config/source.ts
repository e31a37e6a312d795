import { readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from "yaml";
import { UserError } from "../errors.ts";
import { errorAt, type Located, type LocatedMap, type Position, type Scalar } from "./located.ts";
import { syntaxMessage } from "./syntax_message.ts";

/** Values that a file may hold after its aliases are followed; more is taken for an alias bomb. */
const valueLimit = 50_000;

/** A file's path as messages print it: relative to `cwd` where that is shorter. */
export function displayPath(file: string, cwd: string): string {
  const short = relative(cwd, file).replaceAll("\\", "/");
  return short !== "" && short.length < file.length ? short : file;
}

/**
 * Reads a YAML 1.2 file into values that know their place.
 * @throws UserError with file:line:column for a file that is absent, empty, not one valid document, or not a map.
 */
export function readSource(file: string, options: { readonly cwd: string }): LocatedMap {
  const name = displayPath(file, options.cwd);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${name}: ${unreadable(error)}`, { cause: error });
  }
  return parseSource(text, name);
}

/** The same for a text that is already there; `name` is what messages print for the file. */
export function parseSource(text: string, name: string): LocatedMap {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error", // "silent" would also hide a second document
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file: name, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = firstProblem(document);
  if (problem !== undefined) {
    throw errorAt(position(problem.pos[0]), syntaxMessage(problem, keyText(text, problem.pos[0])));
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    throw errorAt(
      position(0),
      'The file is empty: expected a sweep file, which begins "version: 1"',
    );
  }
  const located = new Locator(document, position).locate(root);
  if (located.kind !== "map") {
    throw errorAt(
      located.at,
      `Expected a map of "key: value" lines, found ${located.kind === "list" ? "a list" : "text"}`,
    );
  }
  return located;
}

function firstProblem(document: Document.Parsed): YAMLError | undefined {
  const problems: YAMLError[] = [...document.errors, ...document.warnings];
  return problems.sort((a, b) => a.pos[0] - b.pos[0])[0];
}

/** The key that begins at an offset of the source, for messages. */
function keyText(text: string, offset: number): string {
  const match = /^(?:"([^"\n]*)"|'([^'\n]*)'|([^:\n]*))/.exec(text.slice(offset));
  return (match?.[1] ?? match?.[2] ?? match?.[3] ?? "").trim();
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "no such file; check the path";
  if (code === "EISDIR") return "expected a YAML file, found a folder";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

/** Turns the library's nodes into located values, following aliases within a limit. */
class Locator {
  #count = 0;
  /** The alias being followed that stands in the file itself, not in another alias's value. */
  #outermost: Position | undefined;
  readonly #open = new Set<Node>();

  constructor(
    readonly document: Document.Parsed,
    readonly position: (offset: number) => Position,
  ) {}

  locate(node: Node | null, fallback = 0): Located {
    const offset = node?.range?.[0] ?? fallback;
    const at = this.position(offset);
    if (++this.#count > valueLimit) {
      throw errorAt(
        this.#outermost ?? at,
        `The file holds more than ${valueLimit} values once its aliases (*name) are followed: write fewer aliases of aliases`,
      );
    }
    if (node === null) return { kind: "scalar", at, value: null };
    if (isAlias(node)) return this.#alias(node.source, node.resolve(this.document) ?? null, at);
    if (isScalar(node)) return { kind: "scalar", at, value: this.#scalar(node.value, at) };
    this.#open.add(node);
    const located = this.#collection(node, { at, offset });
    this.#open.delete(node);
    return located;
  }

  #alias(name: string, target: Node | null, at: Position): Located {
    if (target === null) {
      throw errorAt(at, `Unknown alias "*${name}": no anchor "&${name}" stands before it`);
    }
    if (this.#open.has(target)) throw errorAt(at, `Alias "*${name}" contains itself: remove it`);
    const outermost = this.#outermost;
    this.#outermost ??= at;
    const located = this.locate(target);
    this.#outermost = outermost;
    return located;
  }

  #scalar(value: unknown, at: Position): Scalar {
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      return value as Scalar; // narrowed by the line above
    }
    throw errorAt(at, "Expected text, a number, true, false or null: remove the tag");
  }

  #collection(node: Node, { at, offset }: { at: Position; offset: number }): Located {
    if (isSeq(node)) {
      return {
        kind: "list",
        at,
        items: node.items.map((item) => this.locate(item as Node, offset)),
      };
    }
    if (!isMap(node)) throw new Error("internal: a YAML node of an unknown kind");
    const entries = new Map<string, { keyAt: Position; node: Located }>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null; // parsed documents hold nodes only
      const keyAt = this.position(keyNode?.range?.[0] ?? offset);
      if (!isScalar(keyNode)) throw errorAt(keyAt, "Expected a plain text as key");
      const name = String(keyNode.value);
      if (name === "<<") {
        throw errorAt(
          keyAt,
          'Merge keys ("<<") are not part of YAML 1.2: use "extends" or repeat the keys',
        );
      }
      entries.set(name, {
        keyAt,
        node: this.locate(value as Node | null, keyNode.range?.[1] ?? 0),
      });
    }
    return { kind: "map", at, entries };
  }
}
