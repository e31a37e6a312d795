import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { datasetFacts } from "../datasets.ts";
import { hashBytes } from "../hash_file.ts";
import type { ImageSize } from "../image_size.ts";
import { type IndexEntry, SHEET_COLUMNS } from "../index_csv.ts";
import { type IndexedFolder, openIndexedFolder } from "../indexed_folder.ts";
import { listingDigest } from "../listing_digest.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";

/** Reads an indexed folder. Throws a UserError for a mistake in it, or if it has changed since planning. */
export async function load(request: LoadRequest): Promise<LoadedSet> {
  const { dataset, path, digest } = request;
  const folder = await openIndexedFolder({ dataset, path, cache: new Map() });
  const { entries, fixed } = folder.index;
  const training = entries.filter((entry) => entry.split !== "test");
  const testing = entries.filter((entry) => entry.split === "test");
  const facts = datasetFacts(dataset);
  const { description, tile } = folder;
  const train = emptyPart(training, {
    tile,
    officialCount: description.official_train_count ?? facts?.trainCount ?? training.length,
  });
  const test = emptyPart(testing, {
    tile,
    officialCount: description.official_test_count ?? facts?.testCount ?? testing.length,
  });
  const targets = new Map<string, Target[]>();
  const aim = (entry: IndexEntry, index: number, images: Uint8Array) => {
    const list = targets.get(entry.file) ?? [];
    list.push({ position: entry.position ?? 0, images, index });
    targets.set(entry.file, list);
  };
  training.forEach((entry, index) => aim(entry, index, train.images));
  testing.forEach((entry, index) => aim(entry, index, test.images));
  const found = await readPictures(folder, { targets, request });
  if (found !== digest) {
    throw new UserError(
      `${path} is not what it was when the run was planned: expected ${digest}, found ${found}`,
    );
  }
  return {
    height: tile.height,
    width: tile.width,
    classNames: folder.classNames,
    normalisation: folder.normalisation,
    source: fixed ? "indexed folder with a fixed split" : "indexed folder",
    train: fixed
      ? {
        ...train,
        fixed: Uint8Array.from(training, (entry) => entry.split === "labelled" ? 1 : 0),
      }
      : train,
    test,
  };
}

/** Where a tile of a picture goes: image `index` of `images`. */
interface Target {
  readonly position: number;
  readonly images: Uint8Array;
  readonly index: number;
}

function emptyPart(entries: readonly IndexEntry[], { tile, officialCount }: {
  readonly tile: ImageSize;
  readonly officialCount: number;
}): LoadedPart {
  return {
    images: new Uint8Array(entries.length * tile.height * tile.width * 3),
    labels: Int32Array.from(entries, (entry) => entry.label),
    ids: Int32Array.from(entries, (entry) => entry.originalIndex),
    officialCount,
  };
}

/** Decodes every picture into its targets; returns the digest of what was read. */
async function readPictures(folder: IndexedFolder, { targets, request }: {
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  readonly request: LoadRequest;
}): Promise<string> {
  const { default: sharp } = await import("sharp");
  const hashes = new Map(folder.textHashes);
  const total = folder.index.entries.length;
  let done = 0;
  for (const file of folder.files) {
    request.signal.throwIfAborted();
    const path = join(folder.path, file);
    const bytes = await Deno.readFile(path);
    hashes.set(file, hashBytes(bytes, "sha256"));
    const { data, info } = await sharp(bytes).removeAlpha().toColourspace("srgb").raw()
      .toBuffer({ resolveWithObject: true }).catch((error: Error) => {
        throw new UserError(`${path}: not a readable image (${error.message})`);
      });
    if (info.channels !== 3) {
      throw new UserError(`${path}: expected 3 colour channels, found ${info.channels}`);
    }
    const columns = folder.index.kind === "sheets" ? SHEET_COLUMNS : 1;
    const list = targets.get(file) ?? [];
    for (const target of list) {
      copyTile(target, { picture: data, pictureWidth: info.width, columns, tile: folder.tile });
    }
    done += list.length;
    request.onProgress(done, total);
  }
  return listingDigest(hashes);
}

function copyTile({ position, images, index }: Target, options: {
  readonly picture: Uint8Array;
  readonly pictureWidth: number;
  readonly columns: number;
  readonly tile: ImageSize;
}): void {
  const { picture, pictureWidth, columns, tile } = options;
  const rowBytes = tile.width * 3;
  const left = (position % columns) * rowBytes;
  const top = Math.floor(position / columns) * tile.height;
  for (let y = 0; y < tile.height; y++) {
    const from = (top + y) * pictureWidth * 3 + left;
    images.set(picture.subarray(from, from + rowBytes), (index * tile.height + y) * rowBytes);
  }
}
