import { crc32 } from "node:zlib";
import { UserError } from "../errors.ts";
import { type ByteRange, readBytes } from "./byte_source.ts";
import type { ZipEntry } from "./zip.ts";

const PIECE_BYTES = 1 << 20;

/** A stretch of a source, piece by piece. */
export async function* piecesOf({ source, at, length }: ByteRange): AsyncGenerator<
  Uint8Array<ArrayBuffer>
> {
  for (let done = 0; done < length; done += PIECE_BYTES) {
    const piece = Math.min(PIECE_BYTES, length - done);
    yield await Promise.resolve(
      readBytes(source, { at: at + done, length: piece }) as Uint8Array<ArrayBuffer>,
    );
  }
}

/** Throws a UserError unless the bytes of a stored file of a zip archive have the length and check sum that the archive says. */
export async function checkStored(entry: ZipEntry, signal: AbortSignal): Promise<void> {
  let sum = 0;
  for await (const piece of piecesOf(entry.range)) {
    signal.throwIfAborted();
    sum = crc32(piece, sum);
  }
  checkSum(entry, { size: entry.range.length, sum });
}

/**
 * Unpacks a file of a zip archive to `path`, piece by piece. Throws a UserError if its length or check sum is not the one that
 * the archive says.
 */
export async function inflateTo(path: string, entry: ZipEntry, signal: AbortSignal): Promise<void> {
  const name = `${entry.range.source.name}: ${entry.name}`;
  const stored = ReadableStream.from(piecesOf(entry.range));
  const plain = entry.deflated
    ? stored.pipeThrough(new DecompressionStream("deflate-raw"), { signal })
    : stored;
  using file = await Deno.create(path);
  let size = 0;
  let sum = 0;
  try {
    for await (const piece of plain) {
      signal.throwIfAborted();
      size += piece.length;
      // A short archive that unpacks to something huge stops here.
      if (size > entry.size) break;
      sum = crc32(piece, sum);
      for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new UserError(
      `${name}: cannot be unpacked (${error instanceof Error ? error.message : error})`,
    );
  }
  checkSum(entry, { size, sum });
}

function checkSum(entry: ZipEntry, { size, sum }: { readonly size: number; readonly sum: number }) {
  if (size !== entry.size || sum !== entry.crc32) {
    throw new UserError(
      `${entry.range.source.name}: ${entry.name} is damaged: expected ${entry.size} bytes with check sum ${entry.crc32}, ` +
        `found ${size} with ${sum}`,
    );
  }
}
