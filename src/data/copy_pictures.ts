import { interleave } from "./planes.ts";

/** Pictures to copy from one file to another, from colour planes to pixels. */
export interface CopyRequest {
  readonly from: string;
  /** First byte of the first picture in either file. */
  readonly fromByte: number;
  readonly to: string;
  readonly toByte: number;
  readonly count: number;
  /** Bytes of a picture. */
  readonly bytes: number;
}

/** Pictures that are in memory at a time. */
const PICTURES = 256;

/**
 * Copies pictures, a few at a time, so that memory does not grow with their number. Files are opened for it alone: copies of
 * different stretches can run side by side.
 */
export async function copyPictures(request: CopyRequest, options: {
  readonly signal?: AbortSignal;
  /** Told how many pictures were copied since the last call. */
  readonly onProgress?: (count: number) => void;
} = {}): Promise<void> {
  const { bytes, count } = request;
  using source = await Deno.open(request.from);
  using target = await Deno.open(request.to, { write: true, create: true });
  await source.seek(request.fromByte, Deno.SeekMode.Start);
  await target.seek(request.toByte, Deno.SeekMode.Start);
  const planes = new Uint8Array(PICTURES * bytes);
  const pixels = new Uint8Array(PICTURES * bytes);
  for (let done = 0; done < count;) {
    options.signal?.throwIfAborted();
    const some = Math.min(PICTURES, count - done);
    await fill(source, planes.subarray(0, some * bytes), request.from);
    for (let at = 0; at < some * bytes; at += bytes) {
      interleave(planes.subarray(at, at + bytes), pixels.subarray(at, at + bytes));
    }
    for (let at = 0; at < some * bytes;) {
      at += await target.write(pixels.subarray(at, some * bytes));
    }
    done += some;
    options.onProgress?.(some);
  }
  await target.sync();
}

/** Reads as many bytes as `target` has. Throws an Error if the file ends before. */
export async function fill(file: Deno.FsFile, target: Uint8Array, name: string): Promise<void> {
  for (let done = 0; done < target.length;) {
    const read = await file.read(target.subarray(done));
    if (read === null) throw new Error(`${name} became shorter while it was read`);
    done += read;
  }
}
