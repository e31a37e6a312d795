import { join } from "node:path";
import { type PartMeta, readInt32, readPartMeta } from "../data/part_files.ts";

/** Images [N,H,W,C] uint8 with their labels [N]. */
export interface ImageSet {
  readonly count: number;
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/** Everything that one run reads, its training images reduced to those that it uses. */
export interface RunData {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  /** Of a channel, as fractions 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly fixed_split: boolean;
  /** Labelled images in the split's order, then unlabelled ones in theirs. */
  readonly train: ImageSet;
  readonly labelled_count: number;
  readonly unlabelled_count: number;
  /** Images of each class. */
  readonly labelled_counts: readonly number[];
  readonly unlabelled_counts?: readonly number[];
  readonly test: ImageSet;
  /** Images in the data set's official test set, of which `test` may be a part. */
  readonly official_test_count: number;
}

/** Directories of the inputs of a training run. */
export interface RunDataPaths {
  readonly images: string;
  readonly test: string;
  readonly labelled: string;
  readonly unlabelled?: string;
}

/** Reads prepared images and a split. Throws an Error where files do not fit together. */
export async function readRunData(paths: RunDataPaths): Promise<RunData> {
  const all = await readPart(paths.images);
  const test = await readPart(paths.test);
  const labelled = await readSplit(paths.labelled);
  const unlabelled = paths.unlabelled === undefined ? undefined : await readSplit(paths.unlabelled);
  const { height, width, channels, classes, mean, std } = all.meta;
  const used = [...labelled.indices, ...(unlabelled?.indices ?? [])];
  return {
    height,
    width,
    channels,
    classes,
    mean,
    std,
    fixed_split: all.meta.fixed_split,
    train: select(all.set, used, height * width * channels),
    labelled_count: labelled.indices.length,
    unlabelled_count: unlabelled?.indices.length ?? 0,
    labelled_counts: labelled.counts,
    ...(unlabelled ? { unlabelled_counts: unlabelled.counts } : {}),
    test: test.set,
    official_test_count: test.meta.official_count,
  };
}

async function readPart(directory: string): Promise<{ meta: PartMeta; set: ImageSet }> {
  const meta = await readPartMeta(directory);
  const images = await Deno.readFile(join(directory, "images.bin"));
  const labels = await readInt32(join(directory, "labels.bin"));
  const { count, height, width, channels } = meta;
  if (images.length !== count * height * width * channels || labels.length !== count) {
    throw new Error(
      `${directory}: expected ${count} images of ${height}×${width}×${channels} and their labels, ` +
        `found ${images.length} bytes and ${labels.length} labels`,
    );
  }
  return { meta, set: { count, images, labels } };
}

async function readSplit(
  directory: string,
): Promise<{ readonly indices: Int32Array; readonly counts: readonly number[] }> {
  const meta = JSON.parse(await Deno.readTextFile(join(directory, "meta.json")));
  const { counts } = meta as { readonly counts: readonly number[] };
  return { indices: await readInt32(join(directory, "indices.bin")), counts };
}

function select(set: ImageSet, indices: readonly number[], pixels: number): ImageSet {
  const images = new Uint8Array(indices.length * pixels);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, i) => {
    if (index < 0 || index >= set.count) {
      throw new RangeError(`Expected an index below ${set.count}, found ${index}`);
    }
    images.set(set.images.subarray(index * pixels, (index + 1) * pixels), i * pixels);
    labels[i] = set.labels[index]!;
  });
  return { count: indices.length, images, labels };
}
