import { join } from "node:path";
import { hashBytes } from "../../../dag/hash.ts";

const MAGIC = "retable-xla-1\n";
/** Magic, the digest in hexadecimal, a line's end. */
const HEADER_BYTES = MAGIC.length + 64 + 1;

/** Entries beyond this are deleted, the least recently used first. A training step takes a few MB. */
const LIMIT_BYTES = 2 ** 30;

/** Entries that this process began to write. */
let writes = 0;

/**
 * Serialised executables in a directory, by key. Every entry carries its digest, since the plugin aborts on damaged ones. The time of
 * access of a file says when it was used last, whatever the file system itself does with it.
 */
export class ExecutableCache {
  readonly #said = new Set<string>();
  readonly #limitBytes: number;

  constructor(
    private readonly directory: string,
    private readonly say: (line: string) => void,
    { limitBytes = LIMIT_BYTES }: { readonly limitBytes?: number } = {},
  ) {
    this.#limitBytes = limitBytes;
  }

  /** An entry's path. */
  path(key: string): string {
    return join(this.directory, `${key}.xla`);
  }

  /** The executable, or undefined if there is none or it is damaged, which is said. */
  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = await Deno.readFile(this.path(key));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      this.#sayOnce(`${this.path(key)} cannot be read (${reason(error)}): compiling again`);
      return undefined;
    }
    const header = new TextDecoder().decode(bytes.subarray(0, HEADER_BYTES));
    // At a place of its own: the plugin is given its address.
    const body = bytes.slice(HEADER_BYTES);
    if (header !== `${MAGIC}${hashBytes(body)}\n`) {
      this.damaged(key);
      return undefined;
    }
    await this.#use(key);
    return body;
  }

  /** Says once that an entry is of no use. */
  damaged(key: string): void {
    this.#sayOnce(`${this.path(key)} is damaged: compiling again`);
  }

  /** Writes an entry, whole or not at all, and makes room for it. What fails is said and changes nothing. */
  async put(key: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const header = new TextEncoder().encode(`${MAGIC}${hashBytes(body)}\n`);
    // One program may be compiled twice at once in one process.
    const scratch = `${this.path(key)}.${Deno.pid}.${writes++}.tmp`;
    try {
      await Deno.mkdir(this.directory, { recursive: true });
      const file = await Deno.open(scratch, { write: true, create: true, truncate: true });
      const writer = file.writable.getWriter();
      await writer.write(header);
      await writer.write(body);
      await writer.close();
      await Deno.rename(scratch, this.path(key));
      await this.#prune(key);
    } catch (error) {
      await Deno.remove(scratch).catch(() => undefined);
      this.cannotKeep(error);
    }
  }

  /** Says once why an executable was not written. */
  cannotKeep(error: unknown): void {
    this.#sayOnce(`${this.directory}: compiled programs cannot be kept (${reason(error)})`);
  }

  /** Notes that an entry was used. Where that is not allowed, entries go in the order in which they were written. */
  async #use(key: string): Promise<void> {
    try {
      const { mtime } = await Deno.stat(this.path(key));
      const now = new Date();
      await Deno.utime(this.path(key), now, mtime ?? now);
    } catch {
      // Another process deleted it, or this one may only read.
    }
  }

  /** Deletes what was not used for longest until the rest is within the limit; never the entry that was just written. */
  async #prune(newest: string): Promise<void> {
    const files: { path: string; bytes: number; used: number }[] = [];
    for await (const { name } of Deno.readDir(this.directory)) {
      // What processes that were killed left half-written counts too.
      if (!name.endsWith(".xla") && !name.endsWith(".tmp")) continue;
      const path = join(this.directory, name);
      const info = await Deno.stat(path).catch(() => undefined);
      if (info) {
        files.push({ path, bytes: info.size, used: (info.atime ?? info.mtime)?.getTime() ?? 0 });
      }
    }
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const candidates = files.filter(({ path }) => path !== this.path(newest));
    for (const file of candidates.sort((a, b) => a.used - b.used)) {
      if (bytes <= this.#limitBytes) return;
      // Gone already where another process makes room at the same time.
      await Deno.remove(file.path).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
      bytes -= file.bytes;
    }
  }

  #sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.say(line);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
