/**
 * The text of a module as far as it matters for results: tokens without comments, white space and choices of the
 * formatter (quotes, trailing commas, semicolons at statement ends, order of imports).
 */
import jsTokens from "js-tokens";
import { readImport } from "./imports.ts";

/** A significant token; `text` is normalised. */
export interface Token {
  readonly text: string;
  readonly kind: "word" | "string" | "punctuator" | "other";
}

/** What one module says: its normalised text and what it refers to. */
export interface ModuleText {
  readonly text: string;
  /** Specifiers of static imports, re-exports and `import("literal")`; type-only ones are left out. */
  readonly imports: readonly string[];
  /** Specifiers in `new URL("…", import.meta.url)`. */
  readonly assets: readonly string[];
}

/** A statement that begins with one of these would join the one before it if that had no semicolon. */
const joining = /^[(\[`+\-/*<]/;
const restricted = new Set(["return", "throw", "break", "continue", "yield"]);
const control = new Set(["if", "while", "for", "with"]);

/** Normalises a TypeScript or JavaScript source. */
export function readModule(source: string): ModuleText {
  const tokens = dropParens(significant(source));
  const kept: string[] = [];
  const modules: string[] = [];
  const imports = new Set<string>();
  const assets = new Set<string>();
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const found = depth === 0 ? readImport(tokens, i) : undefined;
    if (found !== undefined) {
      if (found.canonical !== "") modules.push(found.canonical);
      if (found.specifier !== undefined) imports.add(found.specifier);
      i = found.end - 1;
      continue;
    }
    if (token.kind === "punctuator") depth += nesting(token.text);
    const literal = tokens[i + 2];
    if (token.text === "import" && tokens[i + 1]?.text === "(" && literal?.kind === "string") {
      imports.add(literal.text.slice(1));
    }
    if (token.text === "new" && isAssetUrl(tokens, i)) assets.add(tokens[i + 3]!.text.slice(1));
    kept.push(token.text);
  }
  const text = [...modules.sort(), ...kept].join("\n");
  return { text, imports: [...imports].sort(), assets: [...assets].sort() };
}

function nesting(text: string): number {
  return "([{".includes(text) ? 1 : ")]}".includes(text) ? -1 : 0;
}

/** `new URL("…", import.meta.url` */
function isAssetUrl(tokens: readonly Token[], at: number): boolean {
  const text = (offset: number) => tokens[at + offset]?.text;
  return text(1) === "URL" && text(2) === "(" && tokens[at + 3]?.kind === "string" &&
    text(4) === "," && text(5) === "import" && text(7) === "meta" && text(9) === "url";
}

interface RawToken extends Token {
  /** A line ends before this token. */
  readonly newline: boolean;
}

function rawTokens(source: string): RawToken[] {
  const raw: RawToken[] = [];
  let newline = false;
  for (const { type, value } of jsTokens(source)) {
    if (type === "LineTerminatorSequence") newline = true;
    if (type === "MultiLineComment" && value.includes("\n")) newline = true;
    if (
      type === "WhiteSpace" || type === "LineTerminatorSequence" || type.endsWith("Comment")
    ) continue;
    raw.push({ ...normalised(type, value), newline });
    newline = false;
  }
  return raw;
}

function normalised(type: string, value: string): Token {
  if (type === "StringLiteral") {
    // The mark keeps a string apart from a word; quotes need no backslash once the literal has no quotes of its own.
    return { text: `'${value.slice(1, -1).replace(/\\(["'])/g, "$1")}`, kind: "string" };
  }
  if (type === "Punctuator") return { text: value, kind: "punctuator" };
  if (type === "IdentifierName" || type === "PrivateIdentifier") {
    return { text: value, kind: "word" };
  }
  return { text: value, kind: "other" };
}

/** Tokens without the formatter's commas, semicolons and leading `|`. */
function significant(source: string): Token[] {
  const raw = rawTokens(source);
  const kept: Token[] = [];
  /** For every open bracket: itself, and whether it is the head of `if (…)` and the like. */
  const open: { text: string; head: boolean }[] = [];
  let afterHead = false;
  const semicolon: Token = { text: ";", kind: "punctuator" };
  raw.forEach((token, i) => {
    const previous = kept.at(-1);
    const next = raw[i + 1];
    if (token.kind === "punctuator" || token.kind === "other") {
      const inParens = open.at(-1)?.text === "(";
      if (token.text === ";" && !inParens) {
        const needed = afterHead || (next !== undefined && joining.test(next.text)) ||
          (restricted.has(raw[i - 1]?.text ?? "") && next?.text !== "}");
        afterHead = false;
        if (needed && previous?.text !== ";") kept.push(semicolon);
        return;
      }
      if (
        token.text === "," && /^[)\]}>]/.test(next?.text ?? "") &&
        !/^[,\[]$/.test(previous?.text ?? "")
      ) {
        return;
      }
      if ((token.text === "|" || token.text === "&") && startsType(previous)) return;
    }
    afterHead = false;
    if (token.newline && restricted.has(previous?.text ?? "") && token.text !== "}") {
      if (raw[i - 1]?.text === previous?.text) kept.push(semicolon);
    }
    if (token.kind === "punctuator") {
      if ("([{".includes(token.text)) {
        open.push({ text: token.text, head: control.has(previous?.text ?? "") });
      } else if (")]}".includes(token.text)) {
        afterHead = open.pop()?.head ?? false;
      }
    }
    kept.push({ text: token.text, kind: token.kind });
  });
  return kept;
}

/** Whether an operator here can only be the `|` that leads a union written over several lines. */
function startsType(previous: Token | undefined): boolean {
  return previous?.kind === "punctuator" && !/[)\]}>]$/.test(previous.text) ||
    previous?.text === "=>" || previous?.text === "<";
}

/** `(x) => y` becomes `x => y`. */
function dropParens(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [name, close, arrow] = [tokens[i + 1], tokens[i + 2], tokens[i + 3]];
    if (
      tokens[i]!.text === "(" && name?.kind === "word" && close?.text === ")" &&
      arrow?.text === "=>"
    ) {
      kept.push(name, arrow);
      i += 3;
    } else kept.push(tokens[i]!);
  }
  return kept;
}
