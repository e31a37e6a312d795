/** What modules say, by the hash of their text: tokenizing is the slow part of planning. */
import { hashBytes } from "./hash.ts";
import { readModule } from "./tokens.ts";

/** A module as the code digest needs it. */
export interface ReadModule {
  /** Digest of the normalised tokens. */
  readonly digest: string;
  readonly imports: readonly string[];
  readonly assets: readonly string[];
}

interface CacheFile {
  readonly version: number;
  readonly modules: Readonly<Record<string, ReadModule>>;
}

/** Raised with every change of `tokens.ts` or `imports.ts` that changes a digest. */
const version = 1;
/** Above this many entries those of older texts are dropped. */
const maximum = 5000;

/** Reads modules through a file in the store that only running commands write. */
export class TokenCache {
  readonly #path: string | undefined;
  readonly #known = new Map<string, ReadModule>();
  readonly #used = new Map<string, ReadModule>();
  #changed = false;

  /** With `path` undefined nothing is kept. A file that cannot be read counts as empty. */
  constructor(path?: string) {
    this.#path = path;
    if (path === undefined) return;
    try {
      const file = JSON.parse(Deno.readTextFileSync(path)) as CacheFile;
      if (file.version !== version) return;
      for (const [hash, module] of Object.entries(file.modules)) this.#known.set(hash, module);
    } catch {
      // Absent or damaged: it is filled again.
    }
  }

  read(text: string): ReadModule {
    const hash = hashBytes(text);
    let module = this.#known.get(hash);
    if (!module) {
      const { text: tokens, imports, assets } = readModule(text);
      module = { digest: hashBytes(tokens), imports, assets };
      this.#known.set(hash, module);
      this.#changed = true;
    }
    this.#used.set(hash, module);
    return module;
  }

  /** Writes what was used, if anything is new. Losing this file costs time only, so failures are passed over. */
  save(): void {
    if (this.#path === undefined || !this.#changed) return;
    const kept = this.#known.size > maximum ? this.#used : this.#known;
    const file: CacheFile = { version, modules: Object.fromEntries(kept) };
    try {
      const temporary = `${this.#path}.${Deno.pid}`;
      Deno.writeTextFileSync(temporary, JSON.stringify(file));
      Deno.renameSync(temporary, this.#path);
      this.#changed = false;
    } catch {
      // A full disk, for instance; the next running command tries again.
    }
  }
}
