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
  const total = facts.trainCount + facts.testCount;
  const decode = (names: readonly string[], records: number) =>
    decodeFiles(names, { layout, records, classes: facts.classes, ...read, path: request.path });
  const train = decode(layout.trainFiles, layout.recordsPerTrainFile);
  request.onProgress(facts.trainCount, total);
  const test = decode([layout.testFile], layout.testRecords);
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
  readonly records: number;
  readonly classes: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly path: string;
}): LoadedPart {
  const { layout, records, classes, files, path } = options;
  const count = names.length * records;
  const recordBytes = layout.labelBytes + 3 * PIXELS;
  const images = new Uint8Array(count * 3 * PIXELS);
  const labels = new Int32Array(count);
  for (const [fileIndex, name] of names.entries()) {
    const bytes = files.get(name);
    if (bytes === undefined) throw new UserError(`${path}: expected a file ${name}, found none`);
    if (bytes.length !== records * recordBytes) {
      throw new UserError(
        `${path}: expected ${records * recordBytes} bytes in ${name}, found ${bytes.length}`,
      );
    }
    for (let r = 0; r < records; r++) {
      const at = fileIndex * records + r;
      const label = bytes[r * recordBytes + layout.labelAt]!;
      if (label >= classes) {
        throw new UserError(
          `${path}: record ${r} of ${name} has label ${label}, expected one below ${classes}`,
        );
      }
      labels[at] = label;
      const from = r * recordBytes + layout.labelBytes;
      const to = at * 3 * PIXELS;
      for (let p = 0; p < PIXELS; p++) {
        images[to + 3 * p] = bytes[from + p]!;
        images[to + 3 * p + 1] = bytes[from + PIXELS + p]!;
        images[to + 3 * p + 2] = bytes[from + 2 * PIXELS + p]!;
      }
    }
  }
  return { images, labels, ids: Int32Array.from(labels.keys()), officialCount: count };
}
