import { join } from "node:path";
import { UserError } from "../errors.ts";
import { countLabels } from "./counts.ts";
import { datasetFacts, IMAGENET_NORMALISATION, type Normalisation } from "./datasets.ts";
import {
  type FolderDescription,
  readClassNames,
  readFolderDescription,
} from "./folder_description.ts";
import { hashBytes } from "./hash_file.ts";
import { type ImageSize, imageSize } from "./image_size.ts";
import { type FolderIndex, type IndexEntry, parseIndexCsv, SHEET_COLUMNS } from "./index_csv.ts";
import { listingDigest } from "./listing_digest.ts";
import { cachedFact, cachedHash, type SourceCache } from "./source_cache.ts";
import type { SourceFacts } from "./source_facts.ts";

/** A folder of images with its index, checked; no picture decoded yet. */
export interface IndexedFolder {
  readonly dataset: string;
  readonly path: string;
  readonly index: FolderIndex;
  readonly description: FolderDescription;
  readonly classNames: readonly string[];
  readonly normalisation: Normalisation;
  /** Size of one image. */
  readonly tile: ImageSize;
  /** Names of the picture files, each once, in the order of their first appearance. */
  readonly files: readonly string[];
  /** sha256 of index.csv, classes.txt and dataset.json, those that are there. */
  readonly textHashes: ReadonlyMap<string, string>;
}

/** Opens and checks an indexed folder. Throws a UserError with file:line:column for every mistake in it. */
export async function openIndexedFolder(options: {
  readonly dataset: string;
  readonly path: string;
  readonly cache: SourceCache;
}): Promise<IndexedFolder> {
  const { dataset, path, cache } = options;
  const indexPath = join(path, "index.csv");
  const indexText = await Deno.readTextFile(indexPath);
  const index = parseIndexCsv(indexText, indexPath);
  const { description, text: descriptionText } = await readFolderDescription(path);
  const names = await readClassNames(path);
  const facts = datasetFacts(dataset);
  const classNames = facts !== undefined && facts.classNames.length > 0
    ? facts.classNames
    : names?.names ?? numberedNames(facts?.classes ?? 1 + maxLabel(index.entries));
  checkLabels(index.entries, { indexPath, classes: classNames.length });
  const textHashes = new Map([["index.csv", hashBytes(indexText, "sha256")]]);
  if (names !== null) textHashes.set("classes.txt", hashBytes(names.text, "sha256"));
  if (descriptionText !== null) {
    textHashes.set("dataset.json", hashBytes(descriptionText, "sha256"));
  }
  const tile = await checkPictures(index, { path, indexPath, description, cache });
  if (facts !== undefined && (tile.width !== facts.size || tile.height !== facts.size)) {
    throw new UserError(
      `${path}: expected images of ${facts.size} × ${facts.size} pixels for ${dataset}, found ${tile.width} × ${tile.height}`,
    );
  }
  const normalisation = facts?.normalisation ?? IMAGENET_NORMALISATION;
  return {
    dataset,
    path,
    index,
    description,
    classNames,
    normalisation: {
      mean: description.mean ?? normalisation.mean,
      std: description.std ?? normalisation.std,
    },
    tile,
    files: [...new Set(index.entries.map((entry) => entry.file))],
    textHashes,
  };
}

/** Digest of all bytes of the folder that count, file hashes through the cache. */
export async function indexedDigest(folder: IndexedFolder, cache: SourceCache): Promise<string> {
  const hashes = new Map(folder.textHashes);
  for (const file of folder.files) {
    hashes.set(file, await cachedHash(join(folder.path, file), { algorithm: "sha256", cache }));
  }
  return listingDigest(hashes);
}

/** Counts of the folder's images. */
export function indexedFacts(folder: IndexedFolder): SourceFacts {
  const { entries, fixed } = folder.index;
  const classes = folder.classNames.length;
  const counts = (wanted: (entry: IndexEntry) => boolean) =>
    countLabels(entries.filter(wanted).map((entry) => entry.label), classes);
  return {
    dataset: folder.dataset,
    classNames: folder.classNames,
    height: folder.tile.height,
    width: folder.tile.width,
    trainCounts: counts((entry) => entry.split !== "test"),
    testCount: entries.filter((entry) => entry.split === "test").length,
    ...(fixed
      ? {
        fixed: {
          labelled: counts((entry) => entry.split === "labelled"),
          unlabelled: counts((entry) => entry.split === "unlabelled"),
        },
      }
      : {}),
  };
}

function numberedNames(classes: number): string[] {
  return Array.from({ length: classes }, (_, c) => `class ${c}`);
}

function maxLabel(entries: readonly IndexEntry[]): number {
  return entries.reduce((max, entry) => Math.max(max, entry.label), 0);
}

function checkLabels(entries: readonly IndexEntry[], options: {
  readonly indexPath: string;
  readonly classes: number;
}): void {
  const wrong = entries.find((entry) => entry.label >= options.classes);
  if (wrong === undefined) return;
  throw new UserError(
    `${options.indexPath}:${wrong.line}:${wrong.columns.label} Expected a label of 0 to ${
      options.classes - 1
    }, ` +
      `found ${wrong.label}`,
  );
}

/** Checks that every picture file is there and of the right size, and every position in its sheet; returns the tile's size. */
async function checkPictures(index: FolderIndex, options: {
  readonly path: string;
  readonly indexPath: string;
  readonly description: FolderDescription;
  readonly cache: SourceCache;
}): Promise<ImageSize> {
  const { path, indexPath, description, cache } = options;
  const sizes = new Map<string, ImageSize>();
  let tile: ImageSize | null = null;
  for (const entry of index.entries) {
    const where = `${indexPath}:${entry.line}:${entry.columns.file}`;
    let size = sizes.get(entry.file);
    if (size === undefined) {
      size = await pictureSize(join(path, entry.file), { where, cache });
      sizes.set(entry.file, size);
      tile ??= tileSize(size, { kind: index.kind, description, where, file: entry.file });
      checkSize(size, { kind: index.kind, tile, where, file: entry.file });
    }
    const tiles = SHEET_COLUMNS * Math.floor(size.height / tile!.height);
    if (entry.position !== null && entry.position >= tiles) {
      throw new UserError(
        `${indexPath}:${entry.line}:${entry.columns.position} Expected a position of 0 to ${
          tiles - 1
        } in ${entry.file}, ` +
          `found ${entry.position}`,
      );
    }
  }
  if (tile === null) throw new Error("internal: an index without entries");
  return tile;
}

function tileSize(size: ImageSize, options: {
  readonly kind: FolderIndex["kind"];
  readonly description: FolderDescription;
  readonly where: string;
  readonly file: string;
}): ImageSize {
  const { kind, description, where, file } = options;
  if (kind === "files") {
    return { width: description.width ?? size.width, height: description.height ?? size.height };
  }
  const width = description.width ?? size.width / SHEET_COLUMNS;
  if (!Number.isInteger(width)) {
    throw new UserError(
      `${where} Expected ${file} to be ${SHEET_COLUMNS} tiles wide, found ${size.width} pixels, no multiple of ${SHEET_COLUMNS}`,
    );
  }
  return { width, height: description.height ?? width };
}

function checkSize(size: ImageSize, options: {
  readonly kind: FolderIndex["kind"];
  readonly tile: ImageSize;
  readonly where: string;
  readonly file: string;
}): void {
  const { kind, tile, where, file } = options;
  const found = `found ${size.width} × ${size.height}`;
  if (kind === "files" && (size.width !== tile.width || size.height !== tile.height)) {
    throw new UserError(
      `${where} Expected ${file} to have ${tile.width} × ${tile.height} pixels, ${found}`,
    );
  }
  if (
    kind === "sheets" &&
    (size.width !== SHEET_COLUMNS * tile.width || size.height % tile.height !== 0)
  ) {
    throw new UserError(
      `${where} Expected ${file} to be ${SHEET_COLUMNS} tiles of ${tile.width} × ${tile.height} pixels wide and whole rows high, ${found}`,
    );
  }
}

/** Header bytes that are enough for every format, a JPEG's metadata included. */
const HEADER_BYTES = 1 << 18;

async function pictureSize(path: string, options: {
  readonly where: string;
  readonly cache: SourceCache;
}): Promise<ImageSize> {
  const { where, cache } = options;
  const compute = async () => {
    using file = await Deno.open(path);
    const buffer = new Uint8Array(HEADER_BYTES);
    let length = 0;
    for (let read = 0; length < HEADER_BYTES; length += read) {
      read = await file.read(buffer.subarray(length)) ?? 0;
      if (read === 0) break;
    }
    if (length === 0) throw new UserError(`${where} ${path} is empty`);
    const size = imageSize(buffer.subarray(0, length));
    if (size === null || size.width < 1 || size.height < 1) {
      throw new UserError(`${where} Expected ${path} to be a PNG, WebP or JPEG image`);
    }
    return `${size.width}x${size.height}`;
  };
  try {
    const [width, height] = (await cachedFact(path, { what: "size", cache, compute })).split("x");
    return { width: Number(width), height: Number(height) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`${where} There is no file ${path}`);
    }
    throw error;
  }
}
