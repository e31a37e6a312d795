/** Tokens of a source without what a formatter may choose: quotes, commas, semicolons, bars and braces. */
import jsTokens from "js-tokens";
import type { Token } from "./tokens.ts";

interface RawToken extends Token {
  /** A line ends before this token. */
  readonly newline: boolean;
}

/** A bracket that is still open. */
interface Open {
  readonly text: string;
  /** `(` of `if (…)` and the like. */
  readonly head: boolean;
  /** `{` of a statement after such a head, `else` or `do`: where it stands among the kept tokens. */
  readonly body: number | undefined;
  /** The head is that of a loop, after which no `else` can go astray. */
  readonly loop: boolean;
  /** Whether the body can do without braces: one simple statement so far. */
  single: boolean;
}

/** A statement that begins with one of these would join the one before it if that had no semicolon. */
const joining = /^[(\[`+\-/*<]/;
const restricted = new Set(["return", "throw", "break", "continue", "yield"]);
const control = new Set(["if", "while", "for", "with"]);
/** What these begin needs its braces, or has braces of its own. */
const compound = new Set(
  "if while for with do switch try const let class function async type interface enum using {"
    .split(" "),
);
const semicolon: Token = { text: ";", kind: "punctuator" };

/** All significant tokens, normalised. */
export function withoutLayout(source: string): Token[] {
  const layout = new Layout(rawTokens(source));
  return layout.read();
}

class Layout {
  readonly #raw: readonly RawToken[];
  readonly #kept: Token[] = [];
  readonly #open: Open[] = [];
  /** The last token closed the head of a control statement, or was `else` or `do`. */
  #afterHead = false;
  #loop = false;

  constructor(raw: readonly RawToken[]) {
    this.#raw = raw;
  }

  read(): Token[] {
    for (let i = 0; i < this.#raw.length; i++) this.#take(this.#raw[i]!, i);
    return this.#kept;
  }

  #take(token: RawToken, i: number): void {
    const { text } = token;
    const next = this.#raw[i + 1]?.text;
    const previous = this.#kept.at(-1);
    if (token.kind === "punctuator") {
      if (text === ";" && this.#open.at(-1)?.text !== "(") return this.#endStatement(i);
      if (text === "," && /^[)\]}>]/.test(next ?? "") && !/^[,\[]$/.test(previous?.text ?? "")) {
        return;
      }
      if ((text === "|" || text === "&") && startsType(previous)) return;
    }
    this.#watchBody(token, i);
    const before = this.#raw[i - 1]?.text ?? "";
    if (token.newline && restricted.has(before) && text !== "}") this.#kept.push(semicolon);
    const afterHead = this.#afterHead;
    this.#afterHead = token.kind === "word" && (text === "else" || text === "do") && before !== ".";
    if (token.kind === "punctuator" && "([{".includes(text)) {
      const head = control.has(before) && this.#raw[i - 2]?.text !== ".";
      const body = text === "{" && afterHead ? this.#kept.length : undefined;
      const loop = text === "{" ? this.#loop : before === "for" || before === "while";
      this.#open.push({ text, head, body, loop, single: body !== undefined && next !== "}" });
    } else if (token.kind === "other" && /^`.*\$\{$/s.test(text)) {
      this.#open.push({ text: "`", head: false, body: undefined, loop: false, single: false });
    } else if (token.kind === "other" && text.startsWith("}") && text.endsWith("`")) {
      this.#open.pop();
    } else if (token.kind === "punctuator" && ")]}".includes(text)) {
      const open = this.#open.pop();
      this.#afterHead = open?.head ?? false;
      this.#loop = this.#afterHead && (open?.loop ?? false);
      if (open?.body !== undefined && open.single) return this.#dropBraces(open.body, i);
    }
    this.#kept.push({ text, kind: token.kind });
  }

  /** A semicolon is kept where the text without it would mean something else. */
  #endStatement(i: number): void {
    const next = this.#raw[i + 1]?.text;
    const open = this.#open.at(-1);
    if (open && next !== "}" && next !== "else") open.single = false;
    const needed = this.#afterHead || this.#mustEnd(this.#raw[i - 1]?.text, next);
    this.#afterHead = false;
    if (needed && this.#kept.at(-1)?.text !== ";") this.#kept.push(semicolon);
  }

  #mustEnd(last: string | undefined, next: string | undefined): boolean {
    return (next !== undefined && joining.test(next)) ||
      (restricted.has(last ?? "") && next !== "}");
  }

  /** Notes when a body turns out to be more than one simple statement. */
  #watchBody(token: RawToken, i: number): void {
    const open = this.#open.at(-1);
    if (!open?.single || token.text === "}") return;
    if (this.#kept.length === open.body! + 1) {
      if (compound.has(token.text) && !(open.loop && token.text === "if")) open.single = false;
      return;
    }
    const before = this.#raw[i - 1]!;
    const next = token.newline && !continues(before, token);
    if ((next && token.text !== "else") || (before.text === "}" && !joinsBrace(token))) {
      open.single = false;
    }
  }

  /** `if (a) { b(); }` becomes `if (a) b()`; `i` is the closing brace. */
  #dropBraces(body: number, i: number): void {
    this.#kept.splice(body, 1);
    const last = this.#kept.at(-1)?.text;
    if (last !== ";" && this.#mustEnd(last, this.#raw[i + 1]?.text)) this.#kept.push(semicolon);
  }
}

/** Whether a token at the start of a line goes on with the statement before it. */
function continues(before: Token, token: Token): boolean {
  const ends = before.kind !== "punctuator" || /^([)\]}]|\+\+|--)$/.test(before.text);
  const starts = token.kind !== "punctuator" || /^([(\[{]|\+\+|--)$/.test(token.text);
  return !(ends && starts);
}

/** Whether what follows a `}` belongs to the statement that it is in. */
function joinsBrace(token: Token): boolean {
  return token.kind === "punctuator" || /^(else|as|satisfies|instanceof|in)$/.test(token.text);
}

/** Whether an operator here can only be the `|` that leads a union written over several lines. */
function startsType(previous: Token | undefined): boolean {
  if (previous?.kind === "word") return /^(as|satisfies|extends|is)$/.test(previous.text);
  return previous?.kind === "punctuator" && /^(=>|<|.*[^)\]}>])$/.test(previous.text);
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
    // Whether two `>` that close type arguments stand on one line is layout.
    const texts = /^>{2,3}$/.test(value) ? [...value] : [value];
    for (const text of texts) {
      raw.push({ ...normalised(type, text), newline });
      newline = false;
    }
  }
  return raw;
}

function normalised(type: string, value: string): Token {
  if (type === "StringLiteral") {
    // The mark keeps a string apart from a word; quotes need no backslash once the literal has none of its own.
    return { text: `'${value.slice(1, -1).replace(/\\(["'])/g, "$1")}`, kind: "string" };
  }
  if (type === "Punctuator") return { text: value, kind: "punctuator" };
  if (type === "IdentifierName" || type === "PrivateIdentifier") {
    return { text: value, kind: "word" };
  }
  return { text: value, kind: "other" };
}
