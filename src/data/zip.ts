import { UserError } from "../errors.ts";
import { type ByteRange, type ByteSource, readBytes } from "./byte_source.ts";

/** A file in a zip archive. */
export interface ZipEntry {
  /** As stored, with forward slashes; never leaves the directory. */
  readonly name: string;
  /** The stored bytes, compressed or not. */
  readonly range: ByteRange;
  readonly deflated: boolean;
  /** Length when unpacked, and the check sum of that. */
  readonly size: number;
  readonly crc32: number;
}

const END_BYTES = 22;
const COMMENT_BYTES = 0xffff;

/**
 * Lists the files of a zip archive from its directory, zip64 too, as `np.savez` and the ImageNet site write it. Throws a UserError
 * that begins with the source's name for a truncated archive, for encryption, for compression other than deflate, and for names
 * that would leave the directory.
 */
export function zipEntries(source: ByteSource): ZipEntry[] {
  const fail = (what: string) => new UserError(`${source.name}: ${what}`);
  try {
    const { at, length, count } = findDirectory(source);
    const directory = readBytes(source, { at, length });
    const view = new DataView(directory.buffer);
    const entries: ZipEntry[] = [];
    let place = 0;
    for (let i = 0; i < count; i++) {
      if (view.getUint32(place, true) !== 0x02014b50) throw fail("the zip directory is damaged");
      const nameLength = view.getUint16(place + 28, true);
      const extraLength = view.getUint16(place + 30, true);
      const name = new TextDecoder().decode(
        directory.subarray(place + 46, place + 46 + nameLength),
      );
      if ((view.getUint16(place + 8, true) & 1) !== 0) throw fail(`"${name}" is encrypted`);
      const wide = wideFields(view, place);
      if (!name.endsWith("/")) {
        checkName(name, source.name);
        entries.push({
          name,
          ...local(source, { at: wide.offset, length: wide.packed }),
          deflated: isDeflated(view.getUint16(place + 10, true), `${source.name}: ${name}`),
          size: wide.size,
          crc32: view.getUint32(place + 16, true),
        });
      }
      place += 46 + nameLength + extraLength + view.getUint16(place + 32, true);
    }
    return entries;
  } catch (error) {
    if (error instanceof RangeError) throw fail(`truncated or no zip archive (${error.message})`);
    throw error;
  }
}

function isDeflated(method: number, name: string): boolean {
  if (method === 0 || method === 8) return method === 8;
  throw new UserError(
    `${name}: expected a stored or deflated file, found compression method ${method}`,
  );
}

/** Size, packed size and offset of a directory entry: 32 bits each, or 64 in the extra field where those are full. */
function wideFields(view: DataView, place: number) {
  const fields = [
    view.getUint32(place + 24, true),
    view.getUint32(place + 20, true),
    view.getUint32(place + 42, true),
  ];
  const start = place + 46 + view.getUint16(place + 28, true);
  const end = start + view.getUint16(place + 30, true);
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    for (const [i, field] of fields.entries()) {
      if (field !== 0xffffffff) continue;
      fields[i] = Number(view.getBigUint64(value, true));
      value += 8;
    }
  }
  const [size, packed, offset] = fields;
  return { size: size!, packed: packed!, offset: offset! };
}

/** Where an entry's bytes begin: behind its own header, whose name and extra field have lengths of their own. */
function local(source: ByteSource, { at, length }: {
  readonly at: number;
  readonly length: number;
}) {
  const view = new DataView(readBytes(source, { at, length: 30 }).buffer);
  if (view.getUint32(0, true) !== 0x04034b50) throw new RangeError("a file header is damaged");
  const start = at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + length > source.length) throw new RangeError("a file ends behind the archive");
  return { range: { source, at: start, length } };
}

function findDirectory(source: ByteSource) {
  const length = Math.min(source.length, END_BYTES + COMMENT_BYTES);
  const tail = readBytes(source, { at: source.length - length, length });
  const view = new DataView(tail.buffer);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const found = {
      count: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      at: view.getUint32(at + 16, true),
    };
    const full = found.count === 0xffff || found.at === 0xffffffff || found.length === 0xffffffff;
    return full ? findWideDirectory(source, source.length - length + at - 20) : found;
  }
  throw new RangeError("there is no directory at its end");
}

function findWideDirectory(source: ByteSource, locatorAt: number) {
  const locator = new DataView(readBytes(source, { at: locatorAt, length: 20 }).buffer);
  if (locator.getUint32(0, true) !== 0x07064b50) throw new RangeError("no zip64 directory");
  const at = Number(locator.getBigUint64(8, true));
  const view = new DataView(readBytes(source, { at, length: 56 }).buffer);
  if (view.getUint32(0, true) !== 0x06064b50) throw new RangeError("no zip64 directory");
  return {
    count: Number(view.getBigUint64(32, true)),
    length: Number(view.getBigUint64(40, true)),
    at: Number(view.getBigUint64(48, true)),
  };
}

function checkName(name: string, archive: string): void {
  if (
    name === "" || /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes("..")
  ) {
    throw new UserError(`${archive}: the name "${name}" would leave the directory`);
  }
}
