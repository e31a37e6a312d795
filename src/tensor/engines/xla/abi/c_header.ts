/** How a field of a C struct is kept, on 64-bit machines. */
export type FieldKind = "pointer" | "u64" | "i64" | "i32" | "f32" | "bool";

/** A field: its offset in bytes and its kind. */
export type Field = readonly [offset: number, kind: FieldKind];

/** Fields of a struct by name; those of structs within it as `outer.inner`. */
export interface StructLayout {
  /** What the header calls the struct's size: the end of its last field, without padding. */
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

/** What a header declares. */
export interface Header {
  readonly defines: Readonly<Record<string, number>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly structs: Readonly<Record<string, StructLayout>>;
  /** Function types, and whether they return anything. */
  readonly functions: Readonly<Record<string, { readonly returns: boolean }>>;
}

interface Declaration {
  /** Members as `type name`, or nested unions. */
  readonly members: readonly (Member | readonly Member[])[];
}

interface Member {
  readonly type: string;
  readonly name: string;
}

const SIZES: Readonly<Record<FieldKind, number>> = {
  pointer: 8,
  u64: 8,
  i64: 8,
  i32: 4,
  f32: 4,
  bool: 1,
};

const KINDS: Readonly<Record<string, FieldKind>> = {
  size_t: "u64",
  uint64_t: "u64",
  uintptr_t: "u64",
  int64_t: "i64",
  intptr_t: "i64",
  int32_t: "i32",
  int: "i32",
  float: "f32",
  bool: "bool",
};

function stripped(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}

function parseMember(text: string): Member {
  const callback = /\(\*\s*(\w+)\)\s*\(/.exec(text)?.[1];
  if (callback) return { type: "*", name: callback };
  const slot = /^_PJRT_API_STRUCT_FIELD\((\w+)\)$/.exec(text)?.[1];
  if (slot) return { type: "*", name: slot };
  const plain = /^([\w\s*]*[\s*])(\w+)$/.exec(text);
  if (!plain?.[1] || !plain[2]) throw new Error(`Cannot read the declaration "${text}"`);
  const type = plain[1].replace(/\b(const|struct)\b/g, " ").replace(/\s+/g, "");
  return { type: type.includes("*") ? "*" : type, name: plain[2] };
}

function parseMembers(body: string): Declaration["members"] {
  const members: (Member | readonly Member[])[] = [];
  const statement = /\s*(?:union\s*\{([^}]*)\}\s*;|([^;{]+);)/y;
  let end = 0;
  for (let match = statement.exec(body); match; match = statement.exec(body)) {
    end = statement.lastIndex;
    if (match[1] !== undefined) members.push(parseMembers(match[1]).flat());
    else members.push(parseMember((match[2] ?? "").replace(/\s+/g, " ").trim()));
  }
  if (body.slice(end).trim()) throw new Error(`Cannot read the declarations "${body.slice(end)}"`);
  return members;
}

function parseEnum(body: string): Record<string, number> {
  const values: Record<string, number> = {};
  let next = 0;
  for (const entry of body.split(",").map((part) => part.trim()).filter(Boolean)) {
    const [name = "", value] = entry.split("=").map((part) => part.trim());
    if (value !== undefined) next = Number(value);
    if (!Number.isInteger(next)) throw new Error(`Cannot read the enumerator "${entry}"`);
    values[name] = next++;
  }
  return values;
}

interface Laid {
  readonly fields: Record<string, Field>;
  /** End of the last field. */
  readonly end: number;
  readonly align: number;
}

/** Lays structs out by the rules of C on 64-bit machines: every field at a multiple of its alignment. */
class Layouts {
  readonly #laid = new Map<string, Laid>();

  constructor(
    private readonly declarations: ReadonlyMap<string, Declaration>,
    /** Names of types that are plain values. */
    private readonly kinds: ReadonlyMap<string, FieldKind>,
  ) {}

  struct(name: string): Laid {
    const known = this.#laid.get(name);
    if (known) return known;
    const declaration = this.declarations.get(name);
    if (!declaration) throw new Error(`The type ${name} is not declared`);
    const fields: Record<string, Field> = {};
    let [end, align] = [0, 1];
    for (const member of declaration.members) {
      const choices = Array.isArray(member) ? member as Member[] : [member as Member];
      const laid = choices.map(({ type }) => this.#member(type));
      const own = Math.max(...laid.map((choice) => choice.align));
      const start = Math.ceil(end / own) * own;
      choices.forEach((choice, i) => {
        for (const [inner, [offset, kind]] of Object.entries(laid[i]?.fields ?? {})) {
          fields[inner ? `${choice.name}.${inner}` : choice.name] = [start + offset, kind];
        }
      });
      end = start + Math.max(...laid.map((choice) => choice.end));
      align = Math.max(align, own);
    }
    const made = { fields, end, align };
    this.#laid.set(name, made);
    return made;
  }

  #member(type: string): Laid {
    const kind = type === "*" ? "pointer" : this.kinds.get(type);
    if (kind) return { fields: { "": [0, kind] }, end: SIZES[kind], align: SIZES[kind] };
    const { fields, end, align } = this.struct(type);
    return { fields, end: Math.ceil(end / align) * align, align };
  }
}

/** Reads the declarations of PJRT's C header. Throws an Error that quotes what it cannot read. */
export function parseHeader(source: string): Header {
  const text = stripped(source);
  const defines = Object.fromEntries(
    [...text.matchAll(/^#define (\w+) (\d+)$/gm)].map(([, name = "", value]) => [
      name,
      Number(value),
    ]),
  );
  const enums = Object.fromEntries(
    [...text.matchAll(/typedef enum \{([^}]*)\}\s*(\w+);/g)].map(([, body = "", name = ""]) => [
      name,
      parseEnum(body),
    ]),
  );
  const kinds = new Map<string, FieldKind>(Object.entries(KINDS));
  for (const name of Object.keys(enums)) kinds.set(name, "i32");
  for (const [, name = ""] of text.matchAll(/typedef\s[\w\s*]+\(\*(\w+)\)\s*\(/g)) {
    kinds.set(name, "pointer");
  }
  const declarations = new Map<string, Declaration>();
  const struct = /(?:typedef )?struct (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}\s*\w*;/g;
  for (const [, name = "", body = ""] of text.matchAll(struct)) {
    declarations.set(name, { members: parseMembers(body) });
  }
  const layouts = new Layouts(declarations, kinds);
  const structs = Object.fromEntries(
    [...declarations.keys()].map((name) => {
      const { fields, end } = layouts.struct(name);
      return [name, { size: end, fields }];
    }),
  );
  const functions = Object.fromEntries(
    [...text.matchAll(/typedef\s+(void|PJRT_Error\s*\*)\s*(\w+)\(\s*\w+\s*\*\s*args\s*\);/g)].map((
      [, result, name = ""],
    ) => [name, { returns: result !== "void" }]),
  );
  return { defines, enums, structs, functions };
}
