/**
 * The code digest of a stage: what its module, the modules that its parameters select, and all that these import say.
 *
 * Followed are static imports, re-exports and `import("literal")`; type-only imports are not. Three rules end the walk:
 * - A file named `registry.ts` is a boundary: neither its text nor its imports count. Whatever is found through a
 *   registry at run time must be named by `stage.modules`, so a new entry reruns nothing of the others.
 * - `src/tensor/engines/` is outside: an engine has a digest of its own.
 * - An npm package counts by its integrity and those of its dependencies; `node:` modules belong to Deno.
 *
 * A file named in `new URL("./x.wasm", import.meta.url)`, and an imported one that is no script, counts by its bytes;
 * scripts and directories named in that way do not.
 */
import { hashBytes, hashJson, type Json } from "./hash.ts";
import { NpmLock } from "./npm_lock.ts";
import type { SourceTree } from "./source.ts";
import type { Stage } from "./stage.ts";
import type { TokenCache } from "./token_cache.ts";

/** The digest of a stage's code and its parts, by which a change is named. */
export interface CodeDigest {
  readonly digest: string;
  /** Path from the project's root -> digest of its tokens, shortened. */
  readonly modules: Readonly<Record<string, string>>;
  /** npm package and version -> integrity. */
  readonly packages: Readonly<Record<string, string>>;
}

const outside = ["src/tensor/engines/"];
const script = /\.[cm]?[jt]sx?$/;

/** Digests the code of stages of one project. */
export class CodeReader {
  readonly tree: SourceTree;
  readonly cache: TokenCache;
  readonly #lock: NpmLock;
  readonly #known = new Map<string, CodeDigest>();

  constructor(tree: SourceTree, cache: TokenCache) {
    this.tree = tree;
    this.cache = cache;
    this.#lock = new NpmLock(tree);
  }

  /** Code digest of `stage` with parsed `params`. Throws if a module that it names is not there. */
  digest(stage: Stage, params: Json): CodeDigest {
    const selected = stage.modules?.(params) ?? [];
    const roots = [stage.module, ...selected].map((url) => this.tree.path(url));
    const id = [...new Set(roots)].sort().join("\n");
    const known = this.#known.get(id);
    if (known) return known;
    const parts = this.#parts(roots);
    const digest = { digest: hashJson("code", parts), ...parts };
    this.#known.set(id, digest);
    return digest;
  }

  /** Absolute paths of all that `stage` may load from its files, registries included: what a frozen copy needs. */
  files(stage: Stage): readonly string[] {
    const found = new Set<string>();
    this.#walk([this.tree.path(stage.module)], {
      follow: () => true,
      file: (path) => found.add(path),
      npm: () => {},
    });
    return [...found];
  }

  #parts(roots: readonly string[]) {
    const modules: Record<string, string> = {};
    const packages: Record<string, string> = {};
    this.#walk(roots, {
      follow: (path) =>
        !path.endsWith("/registry.ts") && !outside.some((dir) => path.startsWith(dir)),
      file: (path, digest) => modules[this.tree.relative(path)] = digest.slice(0, 16),
      npm: (specifier) => Object.assign(packages, this.#lock.packages(specifier)),
    });
    return { modules: sorted(modules), packages: sorted(packages) };
  }

  #walk(roots: readonly string[], visit: {
    follow: (relative: string) => boolean;
    file: (path: string, digest: string) => void;
    npm: (specifier: string) => void;
  }) {
    const seen = new Set(roots);
    const waiting = [...roots];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (!script.test(path)) {
        const bytes = this.tree.bytes(path);
        if (bytes) visit.file(path, hashBytes(bytes));
        continue;
      }
      const text = this.tree.text(path);
      if (text === undefined) {
        throw new Error(`${path}: a stage imports this file, but it is not there`);
      }
      const module = this.cache.read(text);
      visit.file(path, module.digest);
      const next: string[] = [];
      for (const specifier of module.imports) {
        const found = this.tree.resolve(specifier, path);
        if (found.kind === "npm") visit.npm(found.specifier);
        if (found.kind === "file") next.push(found.path);
      }
      for (const specifier of module.assets) {
        const found = this.tree.resolve(specifier, path);
        if (found.kind === "file" && !script.test(found.path)) next.push(found.path);
      }
      for (const file of next) {
        if (seen.has(file) || !visit.follow(this.tree.relative(file))) continue;
        seen.add(file);
        waiting.push(file);
      }
    }
  }
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
