import { join } from "node:path";
import { z } from "zod";
import { statFile } from "./official_check.ts";
import { writeJson } from "./part_files.ts";

const state = z.strictObject({
  format: z.literal(2),
  digest: z.string(),
  /** Pictures of each group of files (a batch, a class) that was looked into. */
  counts: z.record(z.string(), z.int().min(0)),
  /** Finished pieces. */
  done: z.array(z.string()),
});

/** The files that pieces write into, in the folder of checkpoints. */
export const IMAGE_FILES = ["train.images", "test.images"] as const;

/** Pictures of each thread that are put on the disk together: less work is lost, or less time. */
const PICTURES_EACH = 256;

/**
 * What is finished, kept over a crash: a piece counts only after its pictures are on the disk. Pictures that do not count may be
 * there in part; their piece is done again.
 */
export class PreprocessLedger {
  readonly counts: Map<string, number>;
  readonly done: Set<string>;
  readonly #path: string;
  readonly #checkpoints: string;
  readonly #digest: string;
  readonly #every: number;
  #fresh = 0;

  private constructor(options: LedgerOptions, known: z.infer<typeof state> | null) {
    const { checkpoints, digest, threads } = options;
    this.#checkpoints = checkpoints;
    this.#path = join(checkpoints, "state.json");
    this.#digest = digest;
    this.#every = PICTURES_EACH * threads;
    this.counts = new Map(Object.entries(known?.counts ?? {}));
    this.done = new Set(known?.done);
  }

  /** What an earlier call left for the same digest, or an empty one. */
  static async open(options: LedgerOptions): Promise<PreprocessLedger> {
    const text = await readOptional(join(options.checkpoints, "state.json"));
    const known = text === null ? null : state.safeParse(JSON.parse(text));
    const same = known?.success === true && known.data.digest === options.digest;
    return new PreprocessLedger(options, same ? known.data : null);
  }

  /** Forgets everything, as when the files that it speaks of are gone. */
  clear(): void {
    this.counts.clear();
    this.done.clear();
  }

  /** Notes a finished piece; some pictures are put on the disk together. */
  async finish(piece: string, pictures: number): Promise<void> {
    this.done.add(piece);
    this.#fresh += pictures;
    if (this.#fresh >= this.#every) await this.flush();
  }

  /** Puts the pictures, then the notes on the disk. */
  async flush(): Promise<void> {
    this.#fresh = 0;
    for (const name of IMAGE_FILES) {
      const path = join(this.#checkpoints, name);
      if (await statFile(path) === null) continue;
      using file = await Deno.open(path, { write: true });
      await file.sync();
    }
    await writeJson(`${this.#path}.part`, {
      format: 2,
      digest: this.#digest,
      counts: Object.fromEntries(this.counts),
      done: [...this.done],
    });
    await Deno.rename(`${this.#path}.part`, this.#path);
  }
}

interface LedgerOptions {
  readonly checkpoints: string;
  /** What the pictures are made of. */
  readonly digest: string;
  readonly threads: number;
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
