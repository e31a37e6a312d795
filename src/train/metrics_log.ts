/** One line of `metrics.jsonl`. */
export type MetricsLine = Readonly<Record<string, unknown>>;

/**
 * `metrics.jsonl`: appended to while a run goes on, cut back to a checkpoint's length when it resumes, so that it ends up
 * the same as an uninterrupted run's. Numbers that JSON cannot hold are written as strings.
 */
export class MetricsLog {
  readonly path: string;
  #bytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes written so far; a checkpoint stores them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Starts at a length that `bytes` once was, dropping what came after. Throws an Error if the file is shorter. */
  async open({ bytes }: { readonly bytes: number }): Promise<void> {
    using file = await Deno.open(this.path, { write: true, create: true });
    const { size } = await file.stat();
    if (size < bytes) {
      throw new Error(`${this.path}: expected at least ${bytes} bytes, found ${size}`);
    }
    await file.truncate(bytes);
    this.#bytes = bytes;
  }

  async append(lines: readonly MetricsLine[]): Promise<void> {
    if (lines.length === 0) return;
    const text = lines.map((line) => JSON.stringify(line, writable) + "\n").join("");
    const bytes = new TextEncoder().encode(text);
    await Deno.writeFile(this.path, bytes, { append: true });
    this.#bytes += bytes.length;
  }

  /** Forces what was written to disk. */
  async sync(): Promise<void> {
    using file = await Deno.open(this.path, { write: true, create: true });
    await file.sync();
  }
}

function writable(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Float32Array || value instanceof Int32Array) return [...value];
  return value;
}
