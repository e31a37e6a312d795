import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type RunningHash, startHash } from "./hash_file.ts";
import { listingDigest } from "./listing_digest.ts";
import type { LoadRequest } from "./loaded_set.ts";
import { tarEntries } from "./tar.ts";

/** Takes the bytes of one file, piece by piece; `size` is its length in bytes. */
export type FileSink = (
  file: { readonly size: number; pieces(): AsyncIterable<Uint8Array> },
) => Promise<void>;

/**
 * Streams the official files that have a sink through it, from the archive or its unpacked folder, whichever the request names,
 * hashing on the way. Throws a UserError if the archive cannot be read, a file is missing, or the bytes have changed since
 * planning.
 */
export async function readOfficial(request: LoadRequest, options: {
  readonly packed: boolean;
  readonly hash: "md5" | "sha1";
  readonly sinks: ReadonlyMap<string, FileSink>;
}): Promise<void> {
  const { digest, seen } = options.packed
    ? await readArchive(request, options.sinks)
    : await readFolder(request, options);
  if (digest !== request.digest) {
    throw new UserError(
      `${request.path} is not what it was when the run was planned: expected ${request.digest}, found ${digest}`,
    );
  }
  for (const name of options.sinks.keys()) {
    if (!seen.has(name)) {
      throw new UserError(`${request.path}: expected a file ${name}, found none`);
    }
  }
}

interface Read {
  readonly digest: string;
  /** Names of the files that went through a sink. */
  readonly seen: ReadonlySet<string>;
}

async function readArchive(
  { path, signal }: LoadRequest,
  sinks: ReadonlyMap<string, FileSink>,
): Promise<Read> {
  const md5 = startHash("md5");
  const seen = new Set<string>();
  try {
    using file = await Deno.open(path);
    const unpacked = ReadableStream.from(hashing(file.readable, md5))
      .pipeThrough(new DecompressionStream("gzip"), { signal });
    for await (const { name, size, pieces } of tarEntries(unpacked)) {
      const base = name.slice(name.lastIndexOf("/") + 1);
      const sink = sinks.get(base);
      if (sink === undefined) continue;
      await sink({ size, pieces });
      seen.add(base);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path}: not a readable archive (${error instanceof Error ? error.message : error})`,
    );
  }
  return { digest: `md5:${md5.hex()}`, seen };
}

async function readFolder({ path, signal }: LoadRequest, { hash, sinks }: {
  readonly hash: "md5" | "sha1";
  readonly sinks: ReadonlyMap<string, FileSink>;
}): Promise<Read> {
  const hashes = new Map<string, string>();
  for (const [name, sink] of sinks) {
    signal.throwIfAborted();
    using file = await Deno.open(join(path, name));
    const { size } = await file.stat();
    const running = startHash(hash);
    const pieces = () => hashing(file.readable, running);
    await sink({ size, pieces });
    hashes.set(name, running.hex());
  }
  return { digest: listingDigest(hashes), seen: new Set(hashes.keys()) };
}

async function* hashing(chunks: AsyncIterable<Uint8Array<ArrayBuffer>>, hash: RunningHash) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** A sink that keeps a file whole; for small ones. */
export function keep(files: Map<string, Uint8Array>, name: string): FileSink {
  return async ({ size, pieces }) => {
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const piece of pieces()) {
      bytes.set(piece, at);
      at += piece.length;
    }
    files.set(name, bytes);
  };
}
