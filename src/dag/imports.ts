/** Import and re-export statements in a form that does not depend on how they are laid out. */
import type { Token } from "./tokens.ts";

/** One statement that names another module, or a plain `export { … }`. */
export interface ImportStatement {
  /** Empty for a type-only statement: it leaves nothing behind at run time. */
  readonly canonical: string;
  /** Absent for type-only statements and plain exports. */
  readonly specifier?: string;
  /** Index after its last token. */
  readonly end: number;
}

/** Reads the statement that begins at `at`; undefined if none of this kind does. */
export function readImport(tokens: readonly Token[], at: number): ImportStatement | undefined {
  const keyword = tokens[at]?.text;
  if (tokens[at]?.kind !== "word" || (keyword !== "import" && keyword !== "export")) {
    return undefined;
  }
  let i = at + 1;
  const text = (offset = 0) => tokens[i + offset]?.text;
  if (keyword === "import" && (text() === "(" || text() === ".")) return undefined;
  if (tokens[i]?.kind === "string") {
    const specifier = tokens[i]!.text.slice(1);
    const attributes = readAttributes(tokens, i + 1);
    return { canonical: `import "${specifier}"${attributes.text}`, specifier, end: attributes.end };
  }
  const typeOnly = text() === "type" && (text(1) === "{" || text(1) === "*" ||
    (keyword === "import" && tokens[i + 1]?.kind === "word" && text(1) !== "from"));
  if (typeOnly) i++;
  const clauses: string[] = [];
  let values = 0;
  if (keyword === "import" && tokens[i]?.kind === "word") {
    clauses.push(`default as ${text()}`);
    values++;
    i++;
    if (text() === ",") i++;
  }
  if (text() === "*") {
    clauses.push(text(1) === "as" ? `* as ${text(2)}` : "*");
    values++;
    i += text(1) === "as" ? 3 : 1;
  } else if (text() === "{") {
    const named = readNames(tokens, i);
    clauses.push(...named.values);
    values += named.values.length;
    i = named.end;
  } else if (keyword === "export") {
    return undefined;
  }
  const empty = typeOnly || values === 0;
  if (text() !== "from" || tokens[i + 1]?.kind !== "string") {
    if (keyword === "import") return undefined;
    return { canonical: empty ? "" : `export ${clauses.sort().join(", ")}`, end: i };
  }
  const specifier = tokens[i + 1]!.text.slice(1);
  const attributes = readAttributes(tokens, i + 2);
  if (empty) return { canonical: "", end: attributes.end };
  const names = clauses.sort().join(", ");
  return {
    canonical: `${keyword} ${names} from "${specifier}"${attributes.text}`,
    specifier,
    end: attributes.end,
  };
}

function readNames(tokens: readonly Token[], at: number): { values: string[]; end: number } {
  const values: string[] = [];
  let i = at + 1;
  while (i < tokens.length && tokens[i]!.text !== "}") {
    const words: string[] = [];
    while (i < tokens.length && tokens[i]!.text !== "," && tokens[i]!.text !== "}") {
      words.push(tokens[i++]!.text);
    }
    if (tokens[i]?.text === ",") i++;
    const typeOnly = words[0] === "type" && words.length > 1 && words[1] !== "as";
    if (words.length > 0 && !typeOnly) values.push(words.join(" "));
  }
  return { values, end: i + 1 };
}

/** `with { type: "json" }` */
function readAttributes(tokens: readonly Token[], at: number): { text: string; end: number } {
  if (tokens[at]?.text !== "with" || tokens[at + 1]?.text !== "{") return { text: "", end: at };
  let end = at + 2;
  while (end < tokens.length && tokens[end]!.text !== "}") end++;
  const text = tokens.slice(at, end + 1).map((token) => token.text).join(" ");
  return { text: ` ${text}`, end: end + 1 };
}
