import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { copyPictures, fill } from "./copy_pictures.ts";
import { datasetFacts } from "./datasets.ts";
import { openBatch } from "./downsampled_batch.ts";
import { batchesDigest, type BatchFile, findBatches } from "./downsampled_files.ts";
import { type Imagenet127, readImagenet127 } from "./imagenet127.ts";
import { Mt19937 } from "./mt19937.ts";
import { numpyShuffle } from "./numpy_shuffle.ts";
import { statFile } from "./official_check.ts";
import { type PartMeta, readInt32, writeInt32, writeJson } from "./part_files.ts";

/** Which validation images are the test set: all 50,000, or SimPro's 50 of every class. */
export const TEST_SETS = ["official", "simpro"] as const;

/** What to make, and where. */
export interface PreprocessOptions {
  /** `imagenet-127-32` or `imagenet-127-64`. */
  readonly dataset: string;
  /** Folder of the batches or archives. */
  readonly folder: string;
  /** What planning found there. */
  readonly digest: string;
  readonly test: typeof TEST_SETS[number];
  readonly outputs: { readonly train: string; readonly test: string };
  /** Keeps what is done over a crash; on the file system of the outputs. */
  readonly checkpoints: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  readonly log: (line: string) => void;
}

type Part = "train" | "test";

/** What is done, written after each batch: pictures and labels beyond it in the files do not count. */
const state = z.strictObject({
  digest: z.string(),
  /** Pictures of each finished batch, in the batches' order. */
  counts: z.array(z.int().min(0)),
});

/**
 * Makes ImageNet-127 of the downsampled-ImageNet files: pictures as one uint8 array [N, edge, edge, 3], their group as label and
 * their place in the original set as id. Reads a few pictures at a time whatever the size of the files; goes on after the
 * last finished batch when it was stopped, with the same bytes in the end. Throws a UserError for files that are not as expected
 * or have changed since planning.
 */
export async function preprocessImagenet127(options: PreprocessOptions): Promise<void> {
  const { dataset, folder, checkpoints, signal } = options;
  const facts = datasetFacts(dataset);
  if (facts === undefined) throw new Error(`internal: no facts of ${dataset}`);
  const batches = await checkedBatches(options, facts.size);
  const map = await readImagenet127();
  const scratch = join(checkpoints, "scratch");
  await Deno.mkdir(scratch, { recursive: true });
  const bytes = 3 * facts.size ** 2;
  const total = facts.trainCount + facts.testCount;
  const counts = await resumedCounts(options, { batches, bytes });
  if (counts.length > 0) options.log(`going on after ${counts.length} of ${batches.length} files`);
  let done = counts.reduce((sum, count) => sum + count, 0);
  for (const [index, batch] of batches.entries()) {
    if (index < counts.length) continue;
    signal.throwIfAborted();
    const part = partOf(batch);
    const before = counts.slice(part === "test" ? batches.length - 1 : 0)
      .reduce((sum, count) => sum + count, 0);
    const { labels, pictures } = await openBatch(batch, {
      folder,
      edge: facts.size,
      scratch,
      signal,
    });
    await copyPictures({
      from: pictures.path,
      fromByte: pictures.at,
      to: join(checkpoints, `${part}.images`),
      toByte: before * bytes,
      count: labels.length,
      bytes,
    }, {
      signal,
      onProgress: (count) => {
        done += count;
        options.onProgress(Math.min(done, total), total);
      },
    });
    const groups = Int32Array.from(labels, (label) => map.groupOfLabel[label]!);
    await writeInt32(join(checkpoints, `${batch.name}.labels`), groups);
    counts.push(labels.length);
    await writeState(options, counts);
    options.log(`${batch.name}: ${labels.length} images`);
  }
  await finish(options, { batches, counts, map, bytes });
}

function partOf(batch: BatchFile): Part {
  return batch.name === "val_data" ? "test" : "train";
}

async function checkedBatches({ folder, digest }: PreprocessOptions, edge: number) {
  const batches = await findBatches(folder, edge);
  const found = batches === null
    ? "none of its files"
    // Whether the archives are the published ones was settled when the run was planned.
    : await batchesDigest(folder, { batches, cache: new Map(), archives: {} });
  if (batches !== null && found === digest) return batches;
  throw new UserError(
    `${folder} is not what it was when the run was planned: expected ${digest}, found ${found}`,
  );
}

/** Counts of the finished batches; none if the pictures are not all there, as after a crash while they were moved. */
async function resumedCounts({ checkpoints, digest }: PreprocessOptions, { batches, bytes }: {
  readonly batches: readonly BatchFile[];
  readonly bytes: number;
}): Promise<number[]> {
  const file = await readOptional(join(checkpoints, "state.json"));
  if (file === null) return [];
  const known = state.parse(JSON.parse(file));
  if (known.digest !== digest) return [];
  for (const part of ["train", "test"] as const) {
    const needed = known.counts
      .filter((_, index) => partOf(batches[index]!) === part)
      .reduce((sum, count) => sum + count * bytes, 0);
    const size = (await statFile(join(checkpoints, `${part}.images`)))?.size ?? 0;
    if (size < needed) return [];
  }
  return known.counts;
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function writeState({ checkpoints, digest }: PreprocessOptions, counts: readonly number[]) {
  const path = join(checkpoints, "state.json");
  await writeJson(`${path}.part`, { digest, counts });
  await Deno.rename(`${path}.part`, path);
}

interface Copied {
  readonly batches: readonly BatchFile[];
  readonly counts: readonly number[];
  readonly map: Imagenet127;
  readonly bytes: number;
}

/** Moves the pictures to the outputs and writes what stands beside them. */
async function finish(options: PreprocessOptions, copied: Copied): Promise<void> {
  const facts = datasetFacts(options.dataset)!;
  for (const part of ["train", "test"] as const) {
    const labels: number[] = [];
    for (const batch of copied.batches.filter((each) => partOf(each) === part)) {
      const some = await readInt32(join(options.checkpoints, `${batch.name}.labels`));
      for (const label of some) labels.push(label);
    }
    const from = join(options.checkpoints, `${part}.images`);
    const to = join(options.outputs[part], "images.bin");
    const kept = part === "test" && options.test === "simpro"
      ? fiftyOfEach(labels, copied.map.groupNames.length)
      : Int32Array.from(labels.keys());
    if (kept.length < labels.length) await pick(from, { to, kept, bytes: copied.bytes });
    else {
      await Deno.truncate(from, labels.length * copied.bytes);
      await Deno.rename(from, to);
    }
    const meta: PartMeta = {
      dataset: options.dataset,
      part,
      count: kept.length,
      height: facts.size,
      width: facts.size,
      channels: 3,
      classes: copied.map.groupNames.length,
      class_names: [...copied.map.groupNames],
      mean: [...facts.normalisation.mean],
      std: [...facts.normalisation.std],
      official_count: part === "train" ? facts.trainCount : facts.testCount,
      source: "downsampled ImageNet, official files" +
        (kept.length < labels.length ? ", 50 test images of each class as SimPro" : ""),
      fixed_split: false,
    };
    const output = options.outputs[part];
    await writeInt32(join(output, "labels.bin"), kept.map((index) => labels[index]!));
    await writeInt32(join(output, "ids.bin"), kept);
    await writeJson(join(output, "meta.json"), meta);
    options.log(`${part}: ${kept.length} images of ${facts.size} × ${facts.size}`);
  }
}

/** SimPro's test images (`dataset/cifar.py`: testsplit, seed 0), in file order. */
function fiftyOfEach(labels: readonly number[], classes: number): Int32Array {
  const generator = new Mt19937(0);
  const kept: number[] = [];
  for (let c = 0; c < classes; c++) {
    const pool = Int32Array.from(labels.keys()).filter((i) => labels[i] === c);
    numpyShuffle(pool, generator);
    kept.push(...pool.subarray(0, 50));
  }
  return Int32Array.from(kept).sort();
}

async function pick(from: string, { to, kept, bytes }: {
  readonly to: string;
  readonly kept: Int32Array;
  readonly bytes: number;
}): Promise<void> {
  using source = await Deno.open(from);
  using target = await Deno.create(to);
  const picture = new Uint8Array(bytes);
  for (const index of kept) {
    await source.seek(index * bytes, Deno.SeekMode.Start);
    await fill(source, picture, from);
    for (let at = 0; at < bytes;) at += await target.write(picture.subarray(at));
  }
}
