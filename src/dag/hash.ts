/** The key algebra: canonical JSON, recipes, content keys, digests of files and directories. Nothing else hashes. */
import { createHash } from "node:crypto";

/** What parameters and key components consist of. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** One file of an output: its path relative to the output's directory, with `/` on every system. */
export interface FileDigest {
  readonly path: string;
  readonly bytes: number;
  readonly digest: string;
}

/** A directory's files in the order of their paths, and the digest over paths and bytes. */
export interface TreeDigest {
  readonly digest: string;
  readonly bytes: number;
  readonly files: readonly FileDigest[];
}

/** Text that is equal exactly if two values are: sorted keys, a type tag before every leaf, undefined fields left out. */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || value === undefined) return "n";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number") return `d${Object.is(value, -0) ? 0 : value}`;
  if (typeof value === "string") return `s${JSON.stringify(value)}`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const object = value as { readonly [key: string]: Json | undefined };
  const fields = Object.keys(object).filter((key) => object[key] !== undefined).sort();
  return `{${
    fields.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`).join(",")
  }}`;
}

/** sha256 of a value, with a tag that says what kind of thing is hashed; lower-case hex, 64 characters. */
export function hashJson(tag: string, value: Json): string {
  return createHash("sha256").update(`${tag}\n${canonicalJson(value)}`).digest("hex");
}

/** sha256 of text (UTF-8) or bytes. */
export function hashBytes(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What a key is made of besides its inputs. */
export interface KeyParts {
  readonly stage: string;
  readonly version: number;
  /** After defaults. */
  readonly params: Json;
  /** Digest over the stage's modules, assets and packages. */
  readonly code: string;
}

/** An input as it enters a key: a recipe or a digest together with the output's name, or why it is absent. */
export type KeyInput = { readonly from: string; readonly output?: string } | {
  readonly absent: string;
};
export type KeyInputs = Readonly<Record<string, KeyInput | readonly KeyInput[]>>;

/** The name of a node before anything runs; an input enters by its recipe and output name. */
export function recipeKey(parts: KeyParts, inputs: KeyInputs): string {
  return hashJson("recipe", { ...parts, inputs } as unknown as Json);
}

/** Where a node's result lies; an input enters by the digest of its bytes only. */
export function contentKey(parts: KeyParts, inputs: KeyInputs): string {
  return hashJson("content", { ...parts, inputs } as unknown as Json);
}

const chunkBytes = 1 << 22;

/** sha256 and size of a file, read in chunks. */
export function digestFile(path: string): { readonly digest: string; readonly bytes: number } {
  const hash = createHash("sha256");
  using file = Deno.openSync(path);
  const size = file.statSync().size;
  const buffer = new Uint8Array(Math.max(1, Math.min(chunkBytes, size + 1)));
  let bytes = 0;
  for (;;) {
    const count = file.readSync(buffer);
    if (count === null) break;
    hash.update(buffer.subarray(0, count));
    bytes += count;
  }
  return { digest: hash.digest("hex"), bytes };
}

/** Digest of a directory's relative paths and bytes. Throws for anything that is neither file nor directory. */
export function digestTree(root: string): TreeDigest {
  const files: FileDigest[] = [];
  const walk = (prefix: string) => {
    for (const entry of Deno.readDirSync(`${root}/${prefix}`)) {
      const path = prefix + entry.name;
      if (entry.isDirectory) walk(`${path}/`);
      else if (entry.isFile) files.push({ path, ...digestFile(`${root}/${path}`) });
      else throw new Error(`${root}/${path}: expected a file or a directory, found a link`);
    }
  };
  walk("");
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return {
    digest: digestOfFiles(files),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
  };
}

/** The digest of a directory from those of its sorted files. */
export function digestOfFiles(files: readonly FileDigest[]): string {
  return hashJson("tree", files.map((file) => [file.path, file.digest]));
}

/** A key as people see it: its first 12 characters. */
export function shortKey(key: string): string {
  return key.slice(0, 12);
}
