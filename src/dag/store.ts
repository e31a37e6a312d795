/** Where things lie in a store, and in which format. No other file knows its directories. */
import { UserError } from "../errors.ts";
import { exists, isDiskFull, namesIn, readIfThere, removePath, replaceFile } from "./atomic.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/** Raised when the layout or the manifest changes so that older programs must not touch it. */
export const storeFormat = 1;

/** A finished result. */
export interface StoredObject {
  /** Absolute directory that holds `manifest.json` and `out/`. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** What to look for: a stage that does not depend on the engine has the family `any`. */
export interface Families {
  /** Looked at first. */
  readonly preferred: string;
  /** Whether a result of another engine counts too. */
  readonly others: boolean;
}

/** A store's directories. Constructing it touches nothing; all methods are synchronous. */
export class Store {
  readonly root: string;

  constructor(root: string) {
    this.root = root.replace(/\/+$/, "");
  }

  /** Throws a UserError for a store of another format; one that is not there yet is fine. */
  check(): void {
    const path = `${this.root}/format.json`;
    const hasResults = namesIn(this.root).includes("objects");
    // Read second: a runner that makes the store at this moment writes it before there can be results.
    const text = this.#read(path);
    if (text === undefined) {
      if (hasResults) {
        throw new UserError(
          `${path}: expected the store's format, found no file; is this folder a store of retable?`,
        );
      }
      return;
    }
    let format: unknown;
    try {
      format = (JSON.parse(text) as { format?: unknown }).format;
    } catch {
      throw new UserError(
        `${path}: expected {"format": ${storeFormat}}, found text that is not JSON`,
      );
    }
    if (format !== storeFormat) {
      throw new UserError(
        `${path}: this program reads store format ${storeFormat}, found ${
          JSON.stringify(format)
        }; ` +
          `use the version of retable that wrote it, or another --store`,
      );
    }
  }

  /** Checks the format and makes the directories. Throws a UserError if the store cannot be written. */
  prepare(): void {
    this.check();
    try {
      // Before everything else: another runner takes results without a format for a foreign folder.
      Deno.mkdirSync(this.root, { recursive: true });
      const path = `${this.root}/format.json`;
      if (!exists(path)) replaceFile(path, JSON.stringify({ format: storeFormat }) + "\n");
      for (
        const name of [
          "objects",
          "locks",
          "logs",
          "failed",
          "running",
          "tmp",
          "checkpoints",
          "code",
          "cache",
        ]
      ) {
        Deno.mkdirSync(`${this.root}/${name}`, { recursive: true });
      }
      const probe = `${this.root}/tmp/probe-${Deno.pid}`;
      Deno.writeTextFileSync(probe, "x");
      removePath(probe);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${this.root}: expected a store that can be written, found: ${reason}`);
    }
  }

  /** The finished result under a content key; undefined if there is none, or only one with a damaged manifest. */
  find(key: string, families: Families): StoredObject | undefined {
    const first = this.read(key, families.preferred);
    if (first || !families.others) return first;
    for (const family of namesIn(`${this.root}/objects/${key}`)) {
      const found = family === families.preferred ? undefined : this.read(key, family);
      if (found) return found;
    }
    return undefined;
  }

  read(key: string, family: string): StoredObject | undefined {
    const path = this.object(key, family);
    const text = readIfThere(`${path}/manifest.json`);
    const manifest = text === undefined ? undefined : parseManifest(text);
    return manifest && { path, manifest };
  }

  /** Whether what lies under a key cannot be read although it is there. */
  isDamaged(key: string, families: Families): boolean {
    const names = families.others ? namesIn(`${this.root}/objects/${key}`) : [families.preferred];
    // In this order: a result that is stored in the meantime is read.
    return names.some((name) => exists(this.object(key, name)) && !this.read(key, name));
  }

  /** Every result that can be read. */
  *objects(): Generator<StoredObject> {
    for (const key of namesIn(`${this.root}/objects`)) {
      for (const family of namesIn(`${this.root}/objects/${key}`)) {
        const found = this.read(key, family);
        if (found) yield found;
      }
    }
  }

  object(key: string, family: string): string {
    return `${this.root}/objects/${key}/${family}`;
  }

  /** Directory of a result being made; one a recipe, used under its lock. */
  scratch(recipe: string): string {
    return `${this.root}/tmp/${recipe}`;
  }

  lock(recipe: string): string {
    return `${this.root}/locks/${recipe}`;
  }

  log(recipe: string): string {
    return `${this.root}/logs/${recipe}.log`;
  }

  failure(recipe: string): string {
    return `${this.root}/failed/${recipe}.json`;
  }

  running(recipe: string): string {
    return `${this.root}/running/${recipe}.json`;
  }

  /** By engine family too: one engine's state is no use to another, and must survive it. */
  checkpoints(recipe: string, family: string): string {
    return `${this.root}/checkpoints/${recipe}-${family}`;
  }

  /** Engine families of which a recipe has a folder of checkpoints. */
  checkpointFamilies(recipe: string): string[] {
    const start = `${recipe}-`;
    return namesIn(`${this.root}/checkpoints`).filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  }

  copy(digest: string): string {
    return `${this.root}/code/${digest}`;
  }

  get tokens(): string {
    return `${this.root}/cache/tokens.json`;
  }

  /** What a caller remembers about files outside the store. */
  get sources(): string {
    return `${this.root}/cache/sources.json`;
  }

  /** Results that come from elsewhere, of a kind of their own: no key leads to them. */
  get imported(): string {
    return `${this.root}/imported`;
  }

  /** Replaces the file of `sources`. Losing it costs time only, so a failure (a full disk) is passed over. */
  writeSources(text: string): void {
    try {
      if (readIfThere(this.sources) !== text) replaceFile(this.sources, text);
    } catch (error) {
      if (!(error instanceof Deno.errors.PermissionDenied) && !isDiskFull(error)) throw error;
    }
  }

  /** Moves a damaged result out of the way; returns where it lies now, undefined if it was already gone. */
  setAside(object: string): string | undefined {
    const name = object.slice(`${this.root}/objects/`.length).replaceAll("/", "-");
    Deno.mkdirSync(`${this.root}/corrupt`, { recursive: true });
    let target = `${this.root}/corrupt/${name}`;
    for (let n = 2; exists(target); n++) target = `${this.root}/corrupt/${name}-${n}`;
    try {
      Deno.renameSync(object, target);
      return target;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  #read(path: string): string | undefined {
    try {
      return readIfThere(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${path}: cannot be read: ${reason}`);
    }
  }
}
