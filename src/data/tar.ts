import {
  BLOCK_BYTES,
  checkMemberName,
  isPassedOver,
  isPlainFile,
  parseTarHeader,
} from "./tar_header.ts";

/** A regular file in a tar archive. */
export interface TarFile {
  /** Relative path with forward slashes; never leaves the directory. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A regular file in a tar archive whose bytes have not been read yet. */
export interface TarEntry {
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** The bytes, piece by piece, once; what is not taken is passed over. A piece is valid until the next one is asked for. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/**
 * Reads the regular files of a tar archive (ustar, as data sets are published) one after another, none of them whole in memory.
 * Directories and the extended headers of newer tars are skipped. Throws an Error for a damaged or truncated archive, for links,
 * and for names that would leave the directory.
 */
export async function* tarEntries(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(chunks);
  while (true) {
    const header = await reader.read(BLOCK_BYTES);
    if (header === null) throw new Error("The archive ends before its end mark: it is truncated");
    if (header.every((byte) => byte === 0)) break;
    const { name, size, type } = parseTarHeader(header);
    let left = Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    if (isPlainFile(type)) {
      checkMemberName(name);
      const padding = left - size;
      const pieces = async function* () {
        while (left > padding) {
          const piece = await reader.piece(left - padding);
          if (piece === null) throw truncated(name);
          left -= piece.length;
          yield piece;
        }
      };
      yield { name, size, pieces };
    } else if (!isPassedOver(type)) {
      throw new Error(`"${name}" is a link or a special file: only plain files are expected`);
    }
    await reader.skip(left, name);
  }
  await reader.drain();
}

/** As `tarEntries`, but each wanted file whole in memory. */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<TarFile> {
  for await (const { name, size, pieces } of tarEntries(chunks)) {
    if (!wanted(name)) continue;
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const piece of pieces()) {
      bytes.set(piece, at);
      at += piece.length;
    }
    yield { name, bytes };
  }
}

function truncated(name: string): Error {
  return new Error(`The archive ends inside "${name}": it is truncated`);
}

/** Cuts a stream of chunks of any size into pieces of the asked size. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes, or null if the stream ends before. */
  async read(length: number): Promise<Uint8Array | null> {
    const piece = new Uint8Array(length);
    const read = await this.#consume(length, (part, at) => piece.set(part, at));
    return read === length ? piece : null;
  }

  /** The next bytes, at most `length` of them, or null at the end. */
  async piece(length: number): Promise<Uint8Array | null> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return null;
      this.#rest = next.value;
    }
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  async skip(length: number, name: string): Promise<void> {
    if (await this.#consume(length, () => {}) !== length) throw truncated(name);
  }

  /** Reads to the end, so that whoever counts or hashes the stream sees all of it. */
  async drain(): Promise<void> {
    while (await this.#consume(1 << 20, () => {}) > 0);
  }

  async #consume(length: number, take: (part: Uint8Array, at: number) => void): Promise<number> {
    let at = 0;
    while (at < length) {
      const part = await this.piece(length - at);
      if (part === null) return at;
      take(part, at);
      at += part.length;
    }
    return at;
  }
}
