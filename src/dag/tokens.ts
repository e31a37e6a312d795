/**
 * The text of a module as far as it matters for results: tokens without comments, white space and choices of the
 * formatter (quotes, trailing commas, semicolons at statement ends, order of imports).
 */
import { readImport } from "./imports.ts";
import { withoutLayout } from "./layout.ts";

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

/** Normalises a TypeScript or JavaScript source. */
export function readModule(source: string): ModuleText {
  const tokens = dropParens(withoutLayout(source));
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
