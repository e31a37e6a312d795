import { join } from "node:path";
import { fill } from "./copy_pictures.ts";
import { type DatasetFacts, datasetFacts } from "./datasets.ts";
import { readImagenet127 } from "./imagenet127.ts";
import { Mt19937 } from "./mt19937.ts";
import { numpyShuffle } from "./numpy_shuffle.ts";
import { type PartMeta, writeInt32, writeJson } from "./part_files.ts";

/** Which validation images are the test set: all 50,000, or SimPro's 50 of every class. */
export const TEST_SETS = ["official", "simpro"] as const;

export type TestSet = typeof TEST_SETS[number];

/** A part whose pictures are made: its file, and what each row of it is. */
export interface MadePart {
  /** uint8 [n, edge, edge, 3]; it is moved. */
  readonly images: string;
  /** Group of each row. */
  readonly groups: Int32Array;
  /** Place of each row's picture in the source. */
  readonly ids: Int32Array;
}

/** What is written, and where. */
export interface PartsOptions {
  readonly dataset: string;
  readonly test: TestSet;
  /** In words, for meta.json. */
  readonly source: string;
  readonly outputs: { readonly train: string; readonly test: string };
  readonly log: (line: string) => void;
}

/** Moves the pictures to the outputs and writes what stands beside them. */
export async function writeImagenet127(
  parts: { readonly train: MadePart; readonly test: MadePart },
  options: PartsOptions,
): Promise<void> {
  const facts = datasetFacts(options.dataset)!;
  const { groupNames } = await readImagenet127();
  const bytes = 3 * facts.size ** 2;
  for (const part of ["train", "test"] as const) {
    const { images, groups, ids } = parts[part];
    const output = options.outputs[part];
    const fifty = part === "test" && options.test === "simpro";
    const kept = fifty ? fiftyOfEach(groups, groupNames.length) : Int32Array.from(groups.keys());
    const to = join(output, "images.bin");
    if (kept.length < groups.length) await pick(images, { to, kept, bytes });
    else {
      await Deno.truncate(images, groups.length * bytes);
      await Deno.rename(images, to);
    }
    await writeInt32(join(output, "labels.bin"), kept.map((row) => groups[row]!));
    await writeInt32(join(output, "ids.bin"), kept.map((row) => ids[row]!));
    const source = options.source +
      (kept.length < groups.length ? ", 50 test images of each class as SimPro" : "");
    const about = { part, count: kept.length, source, groupNames };
    await writeJson(join(output, "meta.json"), metaOf(facts, about));
    options.log(`${part}: ${kept.length} images of ${facts.size} × ${facts.size}`);
  }
}

function metaOf(facts: DatasetFacts, { part, count, source, groupNames }: {
  readonly part: "train" | "test";
  readonly count: number;
  readonly source: string;
  readonly groupNames: readonly string[];
}): PartMeta {
  return {
    dataset: facts.id,
    part,
    count,
    height: facts.size,
    width: facts.size,
    channels: 3,
    classes: groupNames.length,
    class_names: [...groupNames],
    mean: [...facts.normalisation.mean],
    std: [...facts.normalisation.std],
    official_count: part === "train" ? facts.trainCount : facts.testCount,
    source,
    fixed_split: false,
  };
}

/** SimPro's test images (`dataset/cifar.py`: testsplit, seed 0), in file order. */
function fiftyOfEach(groups: Int32Array, count: number): Int32Array {
  const generator = new Mt19937(0);
  const kept: number[] = [];
  for (let group = 0; group < count; group++) {
    const pool = Int32Array.from(groups.keys()).filter((i) => groups[i] === group);
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
