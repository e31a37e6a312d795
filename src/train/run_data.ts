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
  /** Labelled images of each class in the split, where generations before this one have added others. */
  readonly split_counts?: readonly number[];
  /** γ_l that the split was asked for with; absent where it was no long tail. */
  readonly labelled_ratio?: number;
  readonly unlabelled_counts?: readonly number[];
  readonly test: ImageSet;
  /** Images in the data set's official test set, of which `test` may be a part. */
  readonly official_test_count: number;
  /** Whether the images' memory is the run's alone, so that `disposeImages` may give it back. */
  readonly disposable_images?: boolean;
}

/** Directories of the inputs of a training run. */
export interface RunDataPaths {
  readonly images: string;
  readonly test: string;
  readonly labelled: string;
  readonly unlabelled?: string;
}

/**
 * Reads prepared images and a split. The training images of the run are read straight into one array, in the order in which they are
 * uploaded; nothing else of that size is in memory. Throws an Error where files do not fit together.
 */
export async function readRunData(paths: RunDataPaths): Promise<RunData> {
  const all = await readPartAbout(paths.images);
  const test = await readPartAbout(paths.test);
  const labelled = await readSplit(paths.labelled);
  const unlabelled = paths.unlabelled === undefined ? undefined : await readSplit(paths.unlabelled);
  const { height, width, channels, classes, mean, std } = all.meta;
  const used = concatenated(labelled.indices, unlabelled?.indices ?? new Int32Array());
  return {
    height,
    width,
    channels,
    classes,
    mean,
    std,
    fixed_split: all.meta.fixed_split,
    train: readImages(all, used),
    labelled_count: labelled.indices.length,
    unlabelled_count: unlabelled?.indices.length ?? 0,
    labelled_counts: labelled.counts!, // Their classes are known.
    ...(labelled.ratio ? { labelled_ratio: labelled.ratio } : {}),
    ...(unlabelled?.counts ? { unlabelled_counts: unlabelled.counts } : {}),
    test: readImages(test, Int32Array.from(test.labels.keys())),
    official_test_count: test.meta.official_count,
    disposable_images: true,
  };
}

/** Gives back the memory of images that an engine has by now, if they are the run's alone. Their count and labels stay. */
export function disposeImages(
  data: RunData,
  parts: readonly ("train" | "test")[] = ["train", "test"],
): void {
  if (data.disposable_images !== true) return;
  for (const part of parts) (data[part].images.buffer as ArrayBuffer).transfer(0);
}

/** What a part's files say, without the images. */
interface PartAbout {
  readonly meta: PartMeta;
  readonly path: string;
  readonly labels: Int32Array;
}

async function readPartAbout(directory: string): Promise<PartAbout> {
  const meta = await readPartMeta(directory);
  const path = join(directory, "images.bin");
  const { size } = await Deno.stat(path);
  const labels = await readInt32(join(directory, "labels.bin"));
  const { count, height, width, channels } = meta;
  if (size !== count * height * width * channels || labels.length !== count) {
    throw new Error(
      `${directory}: expected ${count} images of ${height}×${width}×${channels} and their labels, ` +
        `found ${size} bytes and ${labels.length} labels`,
    );
  }
  return { meta, path, labels };
}

/** One of a split's two sets of images. */
export interface SplitPart {
  readonly indices: Int32Array;
  /** Images of each class; null where the class of an image is unknown, as of STL-10's unlabelled ones. */
  readonly counts: readonly number[] | null;
  /** Ratio of the largest class to the smallest that was asked for, of a long tail of labelled images. */
  readonly ratio?: number;
}

/** Reads the output directory `labelled` or `unlabelled` of a split. */
export async function readSplit(directory: string): Promise<SplitPart> {
  const meta = JSON.parse(await Deno.readTextFile(join(directory, "meta.json")));
  const { counts, ratio } = meta as Pick<SplitPart, "counts" | "ratio">;
  const indices = await readInt32(join(directory, "indices.bin"));
  return { indices, counts, ...(ratio === undefined ? {} : { ratio }) };
}

function concatenated(first: Int32Array, second: Int32Array): Int32Array {
  const whole = new Int32Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** Bytes of the file that are in memory at a time. */
const PIECE_BYTES = 1 << 22;

/** Images `indices` of a part, in that order; an index may come twice. The file is read once, from front to back. */
function readImages({ meta, path, labels }: PartAbout, indices: Int32Array): ImageSet {
  const bytes = meta.height * meta.width * meta.channels;
  const images = new Uint8Array(indices.length * bytes);
  const { first, next } = placesOf(indices, meta.count);
  const pieceImages = Math.max(1, Math.floor(PIECE_BYTES / bytes));
  const piece = new Uint8Array(pieceImages * bytes);
  using file = Deno.openSync(path);
  for (let from = 0; from < meta.count; from += pieceImages) {
    const end = Math.min(from + pieceImages, meta.count);
    if (first.subarray(from, end).every((place) => place === NONE)) continue;
    const read = piece.subarray(0, (end - from) * bytes);
    file.seekSync(from * bytes, Deno.SeekMode.Start);
    fillSync(file, { target: read, path });
    for (let index = from; index < end; index++) {
      const image = read.subarray((index - from) * bytes, (index - from + 1) * bytes);
      for (let place = first[index]!; place !== NONE; place = next[place]!) {
        images.set(image, place * bytes);
      }
    }
  }
  return { count: indices.length, images, labels: indices.map((index) => labels[index]!) };
}

const NONE = -1;

/** Where each image goes: its first place, and after each place the next one of the same image. */
function placesOf(indices: Int32Array, count: number) {
  const first = new Int32Array(count).fill(NONE);
  const next = new Int32Array(indices.length);
  indices.forEach((index, place) => {
    if (index < 0 || index >= count) {
      throw new RangeError(`Expected an index below ${count}, found ${index}`);
    }
    next[place] = first[index]!;
    first[index] = place;
  });
  return { first, next };
}

function fillSync(file: Deno.FsFile, { target, path }: {
  readonly target: Uint8Array;
  readonly path: string;
}): void {
  for (let done = 0; done < target.length;) {
    const read = file.readSync(target.subarray(done));
    if (read === null) throw new Error(`${path} became shorter while it was read`);
    done += read;
  }
}
