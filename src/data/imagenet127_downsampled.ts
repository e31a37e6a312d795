import { join } from "node:path";
import type { OpenBatch } from "./downsampled_batch.ts";
import { batchesDigest, type BatchFile, findBatches } from "./downsampled_files.ts";
import { readImagenet127 } from "./imagenet127.ts";
import { statFile } from "./official_check.ts";
import { readInt32, writeInt32 } from "./part_files.ts";
import { checkPlanned, type Made, type MakeOptions } from "./make_imagenet127.ts";
import { PreprocessLedger } from "./preprocess_ledger.ts";
import type { PreprocessTask } from "./preprocess_task.ts";
import { type Pieces, runPieces } from "./run_pieces.ts";

/** Pictures of a piece. */
const PIECE_PICTURES = 8192;

/** Opening a batch, or copying a piece of it. */
interface Piece {
  readonly batch: BatchFile;
  readonly task: PreprocessTask;
  /** Of a copy: its name in the ledger and its pictures. */
  readonly name?: string;
  readonly count?: number;
}

type Part = "train" | "test";

/** Makes the parts of the downsampled-ImageNet files: the same pictures in the same order, colour planes turned into pixels. */
export async function makeFromDownsampled(options: MakeOptions): Promise<Made> {
  const { folder, checkpoints, edge, signal } = options;
  const batches = await findBatches(folder, edge);
  // Whether the archives are the published ones was settled when the run was planned.
  const found = batches === null
    ? null
    : await batchesDigest(folder, { batches, cache: new Map(), archives: {} });
  checkPlanned(found, options);
  const ledger = await PreprocessLedger.open(options);
  const copying = await Copying.resume(options, { batches: batches!, ledger });
  try {
    await runPieces(copying, signal);
  } finally {
    await ledger.flush();
  }
  const part = async (which: Part) => {
    const own = batches!.filter((batch) => partOf(batch) === which);
    const groups = await Promise.all(own.map(({ name }) => readInt32(labelsOf(checkpoints, name))));
    const all = Int32Array.from(groups.flatMap((some) => [...some]));
    const ids = Int32Array.from(all.keys());
    return { images: join(checkpoints, `${which}.images`), groups: all, ids };
  };
  return {
    train: await part("train"),
    test: await part("test"),
    source: "downsampled ImageNet, official files",
  };
}

function partOf({ name }: BatchFile): Part {
  return name === "val_data" ? "test" : "train";
}

function labelsOf(checkpoints: string, batch: string): string {
  return join(checkpoints, `${batch}.labels`);
}

/** Opens the batches one after another and copies their pieces as soon as it is known where they go. */
class Copying implements Pieces<Piece, unknown> {
  readonly size: number;
  readonly #options: MakeOptions;
  readonly #batches: readonly BatchFile[];
  readonly #ledger: PreprocessLedger;
  readonly #groupOfLabel: Int32Array;
  readonly #toOpen: BatchFile[];
  readonly #opened = new Map<BatchFile, OpenBatch["pictures"]>();
  readonly #ready: Piece[] = [];
  /** Pieces that are not finished, of a batch whose pieces are ready. */
  readonly #left = new Map<BatchFile, number>();
  #done = 0;

  private constructor(options: MakeOptions, { batches, ledger, groupOfLabel }: {
    readonly batches: readonly BatchFile[];
    readonly ledger: PreprocessLedger;
    readonly groupOfLabel: Int32Array;
  }) {
    this.#options = options;
    this.size = options.pool.size;
    this.#batches = batches;
    this.#ledger = ledger;
    this.#groupOfLabel = groupOfLabel;
    this.#toOpen = batches.filter((batch) => this.#unfinished(batch).length > 0);
  }

  /** Goes on with what the ledger says, unless the files that it speaks of are gone. */
  static async resume(options: MakeOptions, { batches, ledger }: {
    readonly batches: readonly BatchFile[];
    readonly ledger: PreprocessLedger;
  }): Promise<Copying> {
    const { groupOfLabel } = await readImagenet127();
    const make = () => new Copying(options, { batches, ledger, groupOfLabel });
    const resumed = make();
    if (await resumed.#isThere()) {
      const finished = batches.length - resumed.#toOpen.length;
      if (ledger.done.size > 0) {
        options.log(`going on after ${finished} of ${batches.length} files`);
      }
      resumed.#done = batches.flatMap((batch) => resumed.#pieces(batch))
        .filter(({ name }) => ledger.done.has(name))
        .reduce((sum, { count }) => sum + count, 0);
      return resumed;
    }
    ledger.clear();
    return make();
  }

  next(): Piece | null {
    const ready = this.#ready.shift();
    if (ready !== undefined) return ready;
    const batch = this.#toOpen.shift();
    if (batch === undefined) return null;
    const { folder, edge, checkpoints } = this.#options;
    const scratch = join(checkpoints, "scratch", batch.name);
    return { batch, task: { kind: "open", batch, options: { folder, edge, scratch } } };
  }

  async run({ batch, task }: Piece, signal: AbortSignal): Promise<unknown> {
    if (task.kind === "open") await Deno.mkdir(this.#scratch(batch), { recursive: true });
    return await this.#options.pool.run(task, {
      signal,
      onProgress: (count) => {
        this.#done += count;
        this.#options.onProgress(this.#done, Math.max(this.#done, this.#total()));
      },
    });
  }

  async done({ batch, name, count, task }: Piece, result: unknown): Promise<void> {
    if (task.kind === "open") return await this.#take(batch, result as OpenBatch);
    await this.#ledger.finish(name!, count!);
    const left = this.#left.get(batch)! - 1;
    this.#left.set(batch, left);
    if (left > 0) return;
    await Deno.remove(this.#scratch(batch), { recursive: true });
    this.#options.log(`${batch.name}: ${this.#ledger.counts.get(batch.name)} images`);
  }

  async #take(batch: BatchFile, { labels, pictures }: OpenBatch): Promise<void> {
    const groups = Int32Array.from(labels, (label) => this.#groupOfLabel[label]!);
    await writeInt32(labelsOf(this.#options.checkpoints, batch.name), groups);
    this.#ledger.counts.set(batch.name, labels.length);
    this.#opened.set(batch, pictures);
    for (const [opened, from] of this.#opened) {
      const first = this.#firstRow(opened);
      if (first === null) continue;
      this.#opened.delete(opened);
      const pieces = this.#unfinished(opened);
      this.#left.set(opened, pieces.length);
      for (const piece of pieces) this.#ready.push(this.#copy(opened, { ...piece, first, from }));
    }
  }

  #copy(batch: BatchFile, { name, at, count, first, from }: {
    readonly name: string;
    readonly at: number;
    readonly count: number;
    readonly first: number;
    readonly from: OpenBatch["pictures"];
  }): Piece {
    const bytes = 3 * this.#options.edge ** 2;
    const request = {
      from: from.path,
      fromByte: from.at + at * bytes,
      to: join(this.#options.checkpoints, `${partOf(batch)}.images`),
      toByte: (first + at) * bytes,
      count,
      bytes,
    };
    return { batch, name, count, task: { kind: "copy", request } };
  }

  /** Row of a batch's first picture in its part; null while a batch before it has not been opened. */
  #firstRow(batch: BatchFile): number | null {
    let row = 0;
    for (const other of this.#batches) {
      if (other === batch) return row;
      if (partOf(other) !== partOf(batch)) continue;
      const count = this.#ledger.counts.get(other.name);
      if (count === undefined) return null;
      row += count;
    }
    throw new Error(`internal: ${batch.name} is not among the batches`);
  }

  /** A batch's pieces; one without a name that counts while its length is unknown. */
  #pieces(batch: BatchFile) {
    const total = this.#ledger.counts.get(batch.name);
    if (total === undefined) return [{ name: batch.name, at: 0, count: 0 }];
    return Array.from({ length: Math.max(1, Math.ceil(total / PIECE_PICTURES)) }, (_, i) => {
      const at = i * PIECE_PICTURES;
      return { name: `${batch.name} ${i}`, at, count: Math.min(PIECE_PICTURES, total - at) };
    });
  }

  #unfinished(batch: BatchFile) {
    return this.#pieces(batch).filter(({ name }) => !this.#ledger.done.has(name));
  }

  /** Pictures in all, those of batches that were not opened yet as long as those that were. */
  #total(): number {
    const { counts } = this.#ledger;
    const known = this.#batches.map(({ name }) => counts.get(name));
    const train = known.slice(0, -1);
    const seen = train.filter((count) => count !== undefined);
    const mean = seen.reduce((sum, count) => sum + count, 0) / Math.max(1, seen.length);
    const trained = train.reduce((sum: number, count) => sum + (count ?? mean), 0);
    return Math.round(trained + (known.at(-1) ?? 0.39 * mean));
  }

  /** Whether the files hold what the ledger says. */
  async #isThere(): Promise<boolean> {
    const { checkpoints, edge } = this.#options;
    const needed = { train: 0, test: 0 };
    for (const batch of this.#batches) {
      const count = this.#ledger.counts.get(batch.name);
      if (count === undefined) continue;
      const labels = await statFile(labelsOf(checkpoints, batch.name));
      if (labels?.size !== 4 * count) return false;
      const first = this.#firstRow(batch);
      for (const { name, at, count } of this.#pieces(batch)) {
        if (!this.#ledger.done.has(name)) continue;
        if (first === null) return false;
        const part = partOf(batch);
        needed[part] = Math.max(needed[part], (first + at + count) * 3 * edge ** 2);
      }
    }
    for (const part of ["train", "test"] as const) {
      const stat = await statFile(join(checkpoints, `${part}.images`));
      if ((stat?.size ?? 0) < needed[part]) return false;
    }
    return true;
  }

  #scratch(batch: BatchFile): string {
    return join(this.#options.checkpoints, "scratch", batch.name);
  }
}
