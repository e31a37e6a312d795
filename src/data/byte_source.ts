/** Bytes that can be read at any place: a file, or what is in memory. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** In bytes. */
  readonly length: number;
  /** Fills `target` from place `at`. Throws a RangeError if the bytes end before. */
  readInto(target: Uint8Array, at: number): void;
}

/** A stretch of a source that has not been read. */
export interface ByteRange {
  readonly source: ByteSource;
  readonly at: number;
  readonly length: number;
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array, name: string): ByteSource {
  return {
    name,
    length: bytes.length,
    readInto(target, at) {
      checkEnd({ at, wanted: target.length, length: bytes.length, name });
      target.set(bytes.subarray(at, at + target.length));
    },
  };
}

const WINDOW_BYTES = 1 << 16;

/** An open file as a source; small neighbouring reads come from one window. The caller closes the file. */
export function fileSource(file: Deno.FsFile, { name, length, windowBytes = WINDOW_BYTES }: {
  readonly name: string;
  readonly length: number;
  /** Smaller where neighbours are not needed. */
  readonly windowBytes?: number;
}): ByteSource {
  const window = new Uint8Array(windowBytes);
  let windowAt = 0;
  let windowLength = 0;
  const read = (target: Uint8Array, at: number) => {
    file.seekSync(at, Deno.SeekMode.Start);
    for (let done = 0; done < target.length;) {
      const count = file.readSync(target.subarray(done));
      if (count === null) throw new RangeError(`${name} ends after ${at + done} bytes`);
      done += count;
    }
  };
  return {
    name,
    length,
    readInto(target, at) {
      checkEnd({ at, wanted: target.length, length, name });
      if (target.length > windowBytes / 4) return read(target, at);
      if (at < windowAt || at + target.length > windowAt + windowLength) {
        windowLength = 0;
        const filled = window.subarray(0, Math.min(windowBytes, length - at));
        read(filled, at);
        windowAt = at;
        windowLength = filled.length;
      }
      target.set(window.subarray(at - windowAt, at - windowAt + target.length));
    },
  };
}

/** A stretch of a source as a source of its own. Throws a RangeError if it is not inside. */
export function rangeSource({ source, at: start, length }: ByteRange, name: string): ByteSource {
  checkEnd({ at: start, wanted: length, length: source.length, name: source.name });
  return {
    name,
    length,
    readInto(target, at) {
      checkEnd({ at, wanted: target.length, length, name });
      source.readInto(target, start + at);
    },
  };
}

/** Some bytes of a source. Throws a RangeError if it ends before. */
export function readBytes(source: ByteSource, { at, length }: {
  readonly at: number;
  readonly length: number;
}): Uint8Array {
  checkEnd({ at, wanted: length, length: source.length, name: source.name });
  const bytes = new Uint8Array(length);
  source.readInto(bytes, at);
  return bytes;
}

function checkEnd({ at, wanted, length, name }: {
  readonly at: number;
  readonly wanted: number;
  readonly length: number;
  readonly name: string;
}): void {
  if (at >= 0 && wanted >= 0 && at + wanted <= length) return;
  throw new RangeError(`${name} has ${length} bytes, but ${wanted} from byte ${at} on are needed`);
}
