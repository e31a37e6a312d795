import { join } from "node:path";
import { UserError } from "../../errors.ts";
import { binaryFileNames, type BinaryLayout, binaryLayout } from "../binary_layout.ts";
import { datasetFacts } from "../datasets.ts";
import { hashBytes, type RunningHash, startHash } from "../hash_file.ts";
import { listingDigest } from "../listing_digest.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "../loaded_set.ts";
import { readTar } from "../tar.ts";

const EDGE = 32;
const PIXELS = EDGE * EDGE;

/** Reads CIFAR-10 or CIFAR-100 from the official binary archive or its unpacked folder. Throws a UserError if the bytes have changed since planning. */
export async function load(request: LoadRequest): Promise<LoadedSet> {
  const layout = binaryLayout(request.dataset);
  const facts = datasetFacts(request.dataset);
  if (layout === undefined || facts === undefined) {
    throw new Error(`internal: no binary layout for ${request.dataset}`);
  }
  const read = request.kind === "archive"
    ? await readArchive(request, layout)
    : await readFolder(request, layout);
  if (read.digest !== request.digest) {
    throw new UserError(
      `${request.path} is not what it was when the run was planned: expected ${request.digest}, found ${read.digest}`,
    );
  }
  const decode = (names: readonly string[], officialCount: number) =>
    decodeFiles(names, {
      layout,
      files: read.files,
      classes: facts.classes,
      officialCount,
      path: request.path,
    });
  const train = decode(layout.trainFiles, facts.trainCount);
  const test = decode([layout.testFile], facts.testCount);
  const total = train.labels.length + test.labels.length;
  request.onProgress(total, total);
  return {
    height: EDGE,
    width: EDGE,
    classNames: facts.classNames,
    normalisation: facts.normalisation,
    source: `${facts.title}, official binary version`,
    train,
    test,
  };
}

interface Read {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly digest: string;
}

async function readArchive({ path, signal }: LoadRequest, layout: BinaryLayout): Promise<Read> {
  const wanted = new Set(binaryFileNames(layout));
  const files = new Map<string, Uint8Array>();
  const baseName = (name: string) => name.slice(name.lastIndexOf("/") + 1);
  const md5 = startHash("md5");
  try {
    using file = await Deno.open(path);
    const unpacked = ReadableStream.from(hashing(file.readable, md5))
      .pipeThrough(new DecompressionStream("gzip"), { signal });
    for await (const entry of readTar(unpacked, (name) => wanted.has(baseName(name)))) {
      files.set(baseName(entry.name), entry.bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      `${path}: not a readable archive (${error instanceof Error ? error.message : error})`,
    );
  }
  return { files, digest: `md5:${md5.hex()}` };
}

async function* hashing(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>, hash: RunningHash) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

async function readFolder({ path, signal }: LoadRequest, layout: BinaryLayout): Promise<Read> {
  const files = new Map<string, Uint8Array>();
  const hashes = new Map<string, string>();
  for (const name of binaryFileNames(layout)) {
    const bytes = await Deno.readFile(join(path, name), { signal });
    files.set(name, bytes);
    hashes.set(name, hashBytes(bytes, "sha1"));
  }
  return { files, digest: listingDigest(hashes) };
}

function decodeFiles(names: readonly string[], options: {
  readonly layout: BinaryLayout;
  readonly classes: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly officialCount: number;
  readonly path: string;
}): LoadedPart {
  const { layout, classes, files, officialCount, path } = options;
  const recordBytes = layout.labelBytes + 3 * PIXELS;
  const contents = names.map((name) => {
    const bytes = files.get(name);
    if (bytes === undefined) throw new UserError(`${path}: expected a file ${name}, found none`);
    if (bytes.length % recordBytes !== 0) {
      throw new UserError(
        `${path}: expected records of ${recordBytes} bytes in ${name}, found ${bytes.length} bytes in all`,
      );
    }
    return { name, bytes, records: bytes.length / recordBytes };
  });
  const count = contents.reduce((sum, { records }) => sum + records, 0);
  const images = new Uint8Array(count * 3 * PIXELS);
  const labels = new Int32Array(count);
  let at = 0;
  for (const { name, bytes, records } of contents) {
    for (let r = 0; r < records; r++, at++) {
      const label = bytes[r * recordBytes + layout.labelAt]!;
      if (label >= classes) {
        throw new UserError(
          `${path}: record ${r} of ${name} has label ${label}, expected one below ${classes}`,
        );
      }
      labels[at] = label;
      const from = r * recordBytes + layout.labelBytes;
      interleave(bytes.subarray(from, from + 3 * PIXELS), images.subarray(at * 3 * PIXELS));
    }
  }
  return { images, labels, ids: Int32Array.from(labels.keys()), officialCount };
}

/** [3, 32, 32] to [32, 32, 3]. */
function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  for (let p = 0; p < PIXELS; p++) {
    pixels[3 * p] = planes[p]!;
    pixels[3 * p + 1] = planes[PIXELS + p]!;
    pixels[3 * p + 2] = planes[2 * PIXELS + p]!;
  }
}
