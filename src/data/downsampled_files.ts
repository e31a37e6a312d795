import { join } from "node:path";
import { UserError } from "../errors.ts";
import { fileSource } from "./byte_source.ts";
import { DOWNSAMPLED_ARCHIVES, type DownsampledArchive } from "./checksums.ts";
import { listingDigest } from "./listing_digest.ts";
import { cachedHash, type SourceCache } from "./source_cache.ts";
import { zipEntries } from "./zip.ts";

/** A batch of the downsampled-ImageNet set: a file, or a file in a zip archive. */
export interface BatchFile {
  /** `train_data_batch_1` … `train_data_batch_10`, `val_data`. */
  readonly name: string;
  /** The file, or the archive that it is in, relative to the folder. */
  readonly path: string;
  /** Its name in the archive. */
  readonly entry?: string;
  /** A pickle has no ending. */
  readonly kind: "pickle" | "npz";
}

/** The training batches in order, then the validation set. */
export const BATCH_NAMES: readonly string[] = [
  ...Array.from({ length: 10 }, (_, i) => `train_data_batch_${i + 1}`),
  "val_data",
];

const ARCHIVE = /^Imagenet(32|64)_(train|train_part1|train_part2|val)(_npz)?\.zip$/;

/**
 * Finds the batches of the downsampled-ImageNet set (Chrabaszcz et al.) in a folder: pickles or `.npz` files, in the folder or one
 * below it, else in the zip archives as they are published. Null if there is none of them. Throws a UserError that names the
 * batches that are missing, and an archive of the other size.
 */
export async function findBatches(folder: string, edge: number): Promise<BatchFile[] | null> {
  const found = new Map<string, BatchFile>();
  const add = (file: BatchFile) => {
    if (BATCH_NAMES.includes(file.name) && !found.has(file.name)) found.set(file.name, file);
  };
  const names = await listing(folder);
  for (
    const directory of [
      "",
      ...names.filter(({ isDirectory }) => isDirectory).map(({ name }) => name),
    ]
  ) {
    const files = directory === "" ? names : await listing(join(folder, directory));
    for (const { name, isDirectory } of files) {
      if (isDirectory) continue;
      const kind = name.endsWith(".npz") ? "npz" : "pickle";
      add({ name: name.replace(/\.npz$/, ""), path: join(directory, name), kind });
    }
  }
  for (const { name, isDirectory } of names) {
    const [, size] = isDirectory ? [] : ARCHIVE.exec(name) ?? [];
    if (size === undefined) continue;
    if (Number(size) !== edge) {
      throw new UserError(
        `${join(folder, name)}: expected pictures of ${edge} pixels, not ${size}`,
      );
    }
    for (const entry of await entriesOf(join(folder, name))) {
      const base = entry.slice(entry.lastIndexOf("/") + 1);
      const kind = base.endsWith(".npz") ? "npz" : "pickle";
      add({ name: base.replace(/\.npz$/, ""), path: name, entry, kind });
    }
  }
  if (found.size === 0) return null;
  const missing = BATCH_NAMES.filter((name) => !found.has(name));
  if (missing.length > 0) {
    throw new UserError(
      `${folder}: expected the ${BATCH_NAMES.length} files of downsampled ImageNet, found no ${
        missing.join(", ")
      }`,
    );
  }
  return BATCH_NAMES.map((name) => found.get(name)!);
}

/**
 * Digest of the files that hold the batches, hashes through the cache. Throws a UserError for a published archive that has not
 * the published size or hash; of unpacked files nobody publishes one.
 */
export async function batchesDigest(folder: string, { batches, cache, archives }: {
  readonly batches: readonly BatchFile[];
  readonly cache: SourceCache;
  /** The published archives, unless a test brings its own. */
  readonly archives?: Readonly<Record<string, DownsampledArchive>> | undefined;
}): Promise<string> {
  const known = archives ?? DOWNSAMPLED_ARCHIVES;
  const hashes = new Map<string, string>();
  for (const name of new Set(batches.map((batch) => batch.path))) {
    const path = join(folder, name);
    const expected = Object.hasOwn(known, name) ? known[name] : undefined;
    const { size } = await Deno.stat(path);
    if (expected !== undefined && size < expected.bytes) {
      throw new UserError(
        `${path} is truncated: expected ${expected.bytes} bytes, found ${size}. Delete it and get it again`,
      );
    }
    const found = await cachedHash(path, { algorithm: "sha256", cache });
    if (expected !== undefined && found !== expected.sha256) {
      throw new UserError(
        `${path} is not the official file: expected SHA-256 ${expected.sha256}, found ${found}. ` +
          "Delete it and get it again",
      );
    }
    hashes.set(name, found);
  }
  return listingDigest(hashes);
}

/** Whether every batch is in an archive whose hash is published, as `batchesDigest` checks it. */
export function hasPublishedHashes(
  batches: readonly BatchFile[],
  archives: Readonly<Record<string, DownsampledArchive>> = DOWNSAMPLED_ARCHIVES,
): boolean {
  return batches.every(({ path }) => Object.hasOwn(archives, path));
}

async function listing(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function entriesOf(path: string): Promise<string[]> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  return zipEntries(fileSource(file, { name: path, length: size })).map(({ name }) => name);
}
