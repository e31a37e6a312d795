/** The npm packages behind a specifier, with their integrity hashes, from `deno.lock`. */
import type { SourceTree } from "./source.ts";

interface LockedPackage {
  readonly integrity?: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

interface LockFile {
  readonly specifiers?: Readonly<Record<string, string>>;
  readonly npm?: Readonly<Record<string, LockedPackage>>;
}

/** Looks packages up in a project's lock file; without one a package is known by its specifier alone. */
export class NpmLock {
  readonly #lock: LockFile;
  readonly #byName = new Map<string, string[]>();
  readonly #closures = new Map<string, Readonly<Record<string, string>>>();

  constructor(tree: SourceTree) {
    const text = tree.text(`${tree.root}/deno.lock`);
    this.#lock = text === undefined ? {} : JSON.parse(text) as LockFile;
    for (const id of Object.keys(this.#lock.npm ?? {})) {
      const name = packageName(id);
      this.#byName.set(name, [...this.#byName.get(name) ?? [], id]);
    }
  }

  /** Package id -> integrity of the package that `specifier` names and of all that it depends on. */
  packages(specifier: string): Readonly<Record<string, string>> {
    const plain = withoutPath(specifier.replace(/^npm:\/?/, ""));
    const known = this.#closures.get(plain);
    if (known) return known;
    const found: Record<string, string> = {};
    const version = this.#lock.specifiers?.[`npm:${plain}`];
    const waiting = version === undefined ? [] : [`${packageName(plain)}@${version}`];
    if (waiting.length === 0) found[plain] = "not locked";
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const entry = this.#lock.npm?.[id];
      if (id in found) continue;
      found[id] = entry?.integrity ?? "not locked";
      const needed = [...entry?.dependencies ?? [], ...entry?.optionalDependencies ?? []];
      waiting.push(...needed.map((dependency) => this.#id(dependency)));
    }
    this.#closures.set(plain, found);
    return found;
  }

  /** A dependency is written without its version where the lock file has only one. */
  #id(dependency: string): string {
    if (this.#lock.npm && dependency in this.#lock.npm) return dependency;
    return this.#byName.get(dependency)?.[0] ?? dependency;
  }
}

/** `@scope/name@1.2.3/path` -> `@scope/name@1.2.3` */
function withoutPath(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** `@scope/name@1.2.3_peer@2` -> `@scope/name` */
function packageName(id: string): string {
  const at = id.indexOf("@", 1);
  return at < 0 ? id : id.slice(0, at);
}
