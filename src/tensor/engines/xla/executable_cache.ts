import { join } from "node:path";
import { hashBytes } from "../../../dag/hash.ts";

const MAGIC = "retable-xla-1\n";
/** Magic, the digest in hexadecimal, a line's end. */
const HEADER_BYTES = MAGIC.length + 64 + 1;

/** Serialised executables in a directory, by key. Every entry carries its digest, since the plugin aborts on damaged ones. */
export class ExecutableCache {
  readonly #said = new Set<string>();

  constructor(private readonly directory: string, private readonly say: (line: string) => void) {}

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
    if (header === `${MAGIC}${hashBytes(body)}\n`) return body;
    this.damaged(key);
    return undefined;
  }

  /** Says once that an entry is of no use. */
  damaged(key: string): void {
    this.#sayOnce(`${this.path(key)} is damaged: compiling again`);
  }

  /** Writes an entry, whole or not at all. What fails is said and changes nothing. */
  async put(key: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const header = new TextEncoder().encode(`${MAGIC}${hashBytes(body)}\n`);
    const scratch = `${this.path(key)}.${Deno.pid}.tmp`;
    try {
      await Deno.mkdir(this.directory, { recursive: true });
      const file = await Deno.open(scratch, { write: true, create: true, truncate: true });
      const writer = file.writable.getWriter();
      await writer.write(header);
      await writer.write(body);
      await writer.close();
      await Deno.rename(scratch, this.path(key));
    } catch (error) {
      await Deno.remove(scratch).catch(() => undefined);
      this.#sayOnce(`${this.directory}: compiled programs cannot be kept (${reason(error)})`);
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
