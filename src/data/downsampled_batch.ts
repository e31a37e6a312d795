import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type ByteSource, fileSource, rangeSource, readBytes } from "./byte_source.ts";
import type { BatchFile } from "./downsampled_files.ts";
import { IMAGENET_CLASSES } from "./imagenet127.ts";
import { checkStored, inflateTo } from "./inflate.ts";
import { integers, NPY_HEADER_BYTES, parseNpyHeader } from "./npy.ts";
import { pickledBytes, pickledIntegers, readPickledDict } from "./pickle.ts";
import { zipEntries, type ZipEntry } from "./zip.ts";

/** An opened batch: its labels, and where its pictures lie as colour planes, one after another. */
export interface OpenBatch {
  /** 1 … 1000. */
  readonly labels: readonly number[];
  readonly pictures: { readonly path: string; readonly at: number };
}

/** What is needed to open one. */
export interface OpenOptions {
  readonly folder: string;
  /** Edge of a picture in pixels. */
  readonly edge: number;
  /** Where packed files are unpacked to. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * Opens a batch. What is packed in it is unpacked to the scratch folder, nothing is taken into memory but labels. Throws a
 * UserError that names the file and what was expected for pictures of another size, other numbers of pictures and labels,
 * labels out of range, and damaged files.
 */
export async function openBatch(batch: BatchFile, options: OpenOptions): Promise<OpenBatch> {
  const { path, name } = await plainFile(batch, options);
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const source = fileSource(file, { name, length: size });
  const { labels, data } = batch.kind === "npz"
    ? await fromNpz(source, { ...options, path })
    : await fromPickle(source, { ...options, path });
  const width = 3 * options.edge ** 2;
  const [count, ...rest] = data.shape;
  const found = rest.reduce((product, n) => product * n, 1);
  if (count !== labels.length || found !== width) {
    throw new UserError(
      `${name}: expected ${labels.length} pictures of ${width} bytes (${options.edge} pixels), one a label, ` +
        `found an array of ${data.shape.join(" × ")}`,
    );
  }
  const wrong = labels.findIndex((label) => label < 1 || label > IMAGENET_CLASSES);
  if (wrong !== -1) {
    throw new UserError(
      `${name}: picture ${wrong} has label ${
        labels[wrong]
      }, expected one of 1 to ${IMAGENET_CLASSES}`,
    );
  }
  return { labels, pictures: { path: data.path, at: data.at } };
}

interface Found {
  readonly labels: readonly number[];
  readonly data: { readonly shape: readonly number[]; readonly path: string; readonly at: number };
}

/** The batch as a file of its own: itself, or unpacked from its archive. */
async function plainFile({ path, entry }: BatchFile, { folder, scratch, signal }: OpenOptions) {
  const whole = join(folder, path);
  if (entry === undefined) return { path: whole, name: whole };
  using file = await Deno.open(whole);
  const { size } = await file.stat();
  const found = zipEntries(fileSource(file, { name: whole, length: size }))
    .find(({ name }) => name === entry);
  if (found === undefined) throw new UserError(`${whole}: found no ${entry}`);
  const target = join(scratch, "batch");
  await inflateTo(target, found, signal);
  return { path: target, name: `${whole}: ${entry}` };
}

async function fromPickle(
  source: ByteSource,
  { path, scratch }: OpenOptions & { readonly path: string },
): Promise<Found> {
  const dict = readPickledDict(source);
  const { bytes, fortran, shape } = pickledBytes(dict, "data", source.name);
  if (fortran) throw new UserError(`${source.name}: expected the array "data" in C order`);
  const labels = pickledIntegers(dict, "labels", source.name);
  if (bytes.source === source) return { labels, data: { shape, path, at: bytes.at } };
  // An array of few bytes is not left in its file.
  const target = join(scratch, "data");
  await Deno.writeFile(target, readBytes(bytes.source, bytes));
  return { labels, data: { shape, path: target, at: 0 } };
}

async function fromNpz(
  source: ByteSource,
  options: OpenOptions & { readonly path: string },
): Promise<Found> {
  const entries = zipEntries(source);
  const member = (name: string) => {
    const found = entries.find((entry) => entry.name === `${name}.npy`);
    if (found !== undefined) return found;
    const names = entries.map((entry) => entry.name).join(", ");
    throw new UserError(`${source.name}: expected an array "${name}", found ${names}`);
  };
  const labels = await array(member("labels"), { ...options, target: "labels" });
  const [count] = labels.header.shape;
  const data = await array(member("data"), { ...options, target: "data" });
  if (data.header.descr !== "|u1") {
    throw new UserError(
      `${source.name}: expected an array "data" of bytes, found the type "${data.header.descr}"`,
    );
  }
  return {
    labels: integers(labels.values, {
      descr: labels.header.descr,
      count: count ?? 0,
      name: `${source.name}: labels.npy`,
    }),
    data: { shape: data.header.shape, path: data.path, at: data.at },
  };
}

/** An array of an npz file: where its values lie; short ones are read. */
async function array(
  entry: ZipEntry,
  options: OpenOptions & {
    readonly path: string;
    readonly target: string;
  },
) {
  const name = `${entry.range.source.name}: ${entry.name}`;
  const unpacked = join(options.scratch, options.target);
  if (entry.deflated) await inflateTo(unpacked, entry, options.signal);
  else await checkStored(entry, options.signal);
  using file = await Deno.open(entry.deflated ? unpacked : options.path);
  const { size } = await file.stat();
  const whole = fileSource(file, { name, length: size });
  const start = entry.deflated ? 0 : entry.range.at;
  const source = rangeSource({ source: whole, at: start, length: entry.size }, name);
  const length = Math.min(NPY_HEADER_BYTES, source.length);
  const header = parseNpyHeader(readBytes(source, { at: 0, length }), name);
  const bytes = source.length - header.dataAt;
  const count = header.shape.reduce((product, n) => product * n, 1);
  if (header.descr === "|u1" && bytes !== count) {
    throw new UserError(`${name}: expected ${count} bytes of values, found ${bytes}`);
  }
  const values = options.target === "labels"
    ? readBytes(source, { at: header.dataAt, length: bytes })
    : new Uint8Array(0);
  return {
    header,
    values,
    path: entry.deflated ? unpacked : options.path,
    at: start + header.dataAt,
  };
}
