import { dirname, join } from "node:path";
import { OutsideError } from "../errors.ts";
import type { Wheel } from "./catalogue.ts";

/** What is kept of a folder that is unpacked as a whole: libraries, CUDA's assembler and linker, its bit code. */
const kept = /\.so(\.\d+)*$|\/bin\/(ptxas|nvlink|fatbinary)$|\.bc$/;

/** Where an entry of a wheel goes, or null if it is not needed. */
export function targetOf(entry: string, unpack: Wheel["unpack"]): string | null {
  const exact = unpack[entry];
  if (exact !== undefined) return exact;
  for (const [from, to] of Object.entries(unpack)) {
    if (from.endsWith("/") && entry.startsWith(from) && kept.test(entry)) {
      return `${to}${entry.slice(from.length)}`;
    }
  }
  return null;
}

/**
 * Unpacks what is needed of a wheel (a zip archive), each file's checksum compared. Returns the paths written, relative to
 * `directory`. Throws an OutsideError if the archive is damaged or lacks a file.
 */
export async function unpackWheel(path: string, { wheel, directory, onProgress, signal }: {
  readonly wheel: Wheel;
  readonly directory: string;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<string[]> {
  const { configure, Reader, ZipReader } = await import("@zip.js/zip.js");
  configure({ useWebWorkers: false });
  using file = Deno.openSync(path);
  /** The archive, read piece by piece. */
  class ArchiveReader extends Reader<string> {
    override size = file.statSync().size;

    override readUint8Array(offset: number, bytes: number): Promise<Uint8Array> {
      const buffer = new Uint8Array(bytes);
      file.seekSync(offset, Deno.SeekMode.Start);
      let done = 0;
      while (done < bytes) {
        const more = file.readSync(buffer.subarray(done));
        if (more === null) break;
        done += more;
      }
      return Promise.resolve(buffer.subarray(0, done));
    }
  }
  try {
    const entries = await new ZipReader(new ArchiveReader(path)).getEntries();
    const wanted = entries.flatMap((entry) => {
      const target = entry.directory ? null : targetOf(entry.filename, wheel.unpack);
      return target === null || entry.directory ? [] : [{ entry, target }];
    });
    checkComplete(wheel, wanted.map(({ target }) => target));
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const { entry, target } of wanted) {
      const output = join(directory, target);
      Deno.mkdirSync(dirname(output), { recursive: true });
      const mode = target.includes("/bin/") ? 0o755 : 0o644;
      const written = Deno.openSync(output, { write: true, createNew: true, mode });
      const counter = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          done += chunk.length;
          onProgress?.(done, total);
          controller.enqueue(chunk);
        },
      });
      const flow = counter.readable.pipeTo(written.writable);
      const options = { checkSignature: true, ...(signal ? { signal } : {}) };
      await Promise.all([entry.getData(counter.writable, options), flow]);
    }
    return wanted.map(({ target }) => target);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof OutsideError || !(error instanceof Error)) throw error;
    throw new OutsideError(`${wheel.file} could not be unpacked: ${error.message}`);
  }
}

function checkComplete({ file, unpack }: Wheel, targets: readonly string[]): void {
  for (const [from, to] of Object.entries(unpack)) {
    const there = to.endsWith("/")
      ? targets.some((target) => target.startsWith(to))
      : targets.includes(to);
    if (!there) throw new OutsideError(`${file} holds no ${from}`);
  }
}
