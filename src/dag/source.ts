/** The project's files as they were when first read: what is hashed is what runs, whatever an editor does meanwhile. */
import { fromFileUrl, relativePath, toFileUrl } from "./path.ts";

/** What a specifier stands for. */
export type Resolved =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "npm"; readonly specifier: string }
  | { readonly kind: "builtin" };

/** Reads each file of a project at most once and resolves specifiers by its import map. */
export class SourceTree {
  /** Absolute, without a trailing slash. */
  readonly root: string;
  readonly #files = new Map<string, Uint8Array<ArrayBuffer> | undefined>();
  #imports: Readonly<Record<string, string>> | undefined;

  constructor(root: string) {
    this.root = Deno.realPathSync(root);
  }

  /** A file's bytes by absolute path; undefined if there is none. */
  bytes(path: string): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#files.has(path)) {
      let bytes: Uint8Array<ArrayBuffer> | undefined;
      try {
        bytes = Deno.readFileSync(path);
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
      this.#files.set(path, bytes);
    }
    return this.#files.get(path);
  }

  /** A file's text by absolute path; undefined if there is none. */
  text(path: string): string | undefined {
    const bytes = this.bytes(path);
    return bytes && new TextDecoder().decode(bytes);
  }

  /** Path relative to the root, with `/`. */
  relative(path: string): string {
    return relativePath(this.root, path);
  }

  /** Absolute path of a module given by URL. */
  path(url: string): string {
    const path = fromFileUrl(url);
    // The declaring module may have been loaded through a link to the root.
    try {
      return Deno.realPathSync(path);
    } catch {
      return path;
    }
  }

  /** What `specifier` in the file `importer` means. */
  resolve(specifier: string, importer: string): Resolved {
    if (/^\.{0,2}\//.test(specifier)) {
      return { kind: "file", path: fromFileUrl(new URL(specifier, toFileUrl(importer)).href) };
    }
    if (specifier.startsWith("file:")) return { kind: "file", path: fromFileUrl(specifier) };
    if (specifier.startsWith("npm:")) return { kind: "npm", specifier };
    if (/^[a-z]+:/.test(specifier)) return { kind: "builtin" };
    const mapped = this.#mapped(specifier);
    if (mapped === undefined) return { kind: "npm", specifier };
    return this.resolve(mapped, `${this.root}/deno.json`);
  }

  #mapped(specifier: string): string | undefined {
    this.#imports ??= this.#readImports();
    const exact = this.#imports[specifier];
    if (exact !== undefined) return exact;
    const prefix = Object.keys(this.#imports)
      .filter((key) => key.endsWith("/") && specifier.startsWith(key))
      .sort((a, b) => b.length - a.length)[0];
    if (prefix !== undefined) return this.#imports[prefix] + specifier.slice(prefix.length);
    const slash = specifier.lastIndexOf("/");
    if (slash <= 0) return undefined;
    // A path inside a package whose name alone is in the import map.
    const parent = this.#mapped(specifier.slice(0, slash));
    return parent?.startsWith("npm:") ? parent + specifier.slice(slash) : undefined;
  }

  #readImports(): Readonly<Record<string, string>> {
    const text = this.text(`${this.root}/deno.json`);
    if (text === undefined) return {};
    return (JSON.parse(text) as { imports?: Record<string, string> }).imports ?? {};
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.IsADirectory;
}
