import { crc32 } from "node:zlib";
import { type ByteSource, memorySource, readBytes } from "../data/byte_source.ts";
import { PickleReader } from "../data/pickle_reader.ts";
import type { PickleValue } from "../data/pickle_values.ts";
import { zipEntries, type ZipEntry } from "../data/zip.ts";
import { UserError } from "../errors.ts";
import { ELEMENT_BYTES } from "../train/element_type.ts";
import { StorageValue, torchDialect } from "./torch_dialect.ts";
import type { TorchStorage } from "./torch_tensor.ts";

/** A file that `torch.save` wrote. */
export interface TorchFile {
  /** What was saved, its tensors as `TensorValue`. */
  readonly value: PickleValue;
  /** A storage's bytes, little endian. Throws a UserError if they are damaged or not there. */
  bytesOf(storage: TorchStorage): Uint8Array;
}

/** How a file of PyTorch before 1.6 begins: its magic number as a pickle of protocol 2. */
const LEGACY = [
  ...[0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
  0x2e,
];
const ZIP = [0x50, 0x4b];

/** Whether a file begins as those of `torch.save` do. */
export function isTorchFile(source: ByteSource): boolean {
  return begins(source, ZIP) || begins(source, LEGACY);
}

/** Reads what `torch.save` wrote, without running anything. Throws a UserError that begins with the source's name for all else. */
export function readTorchFile(source: ByteSource): TorchFile {
  if (begins(source, ZIP)) return readArchive(source);
  if (begins(source, LEGACY)) return readLegacy(source);
  throw new UserError(`${source.name}: expected a file of torch.save, found other bytes`);
}

function begins(source: ByteSource, bytes: readonly number[]): boolean {
  if (source.length < bytes.length) return false;
  const start = readBytes(source, { at: 0, length: bytes.length });
  return bytes.every((byte, i) => start[i] === byte);
}

/** A zip archive: `<name>/data.pkl`, and a file `<name>/data/<key>` a storage. */
function readArchive(source: ByteSource): TorchFile {
  const entries = new Map(
    zipEntries(source).map((entry) => [entry.name.slice(entry.name.indexOf("/") + 1), entry]),
  );
  const pickle = entries.get("data.pkl");
  if (pickle === undefined || entries.has("constants.pkl")) {
    const what = entries.has("constants.pkl") ? "a TorchScript program" : "a zip archive";
    throw new UserError(
      `${source.name}: expected a file of torch.save, found ${what}: save model.state_dict()`,
    );
  }
  const order = entries.get("byteorder");
  if (order && new TextDecoder().decode(stored(order, source.name)) !== "little") {
    throw new UserError(`${source.name}: expected little-endian numbers`);
  }
  const pickled = memorySource(stored(pickle, source.name), `${source.name}: data.pkl`);
  return {
    value: new PickleReader(pickled, { dialect: torchDialect }).read(),
    bytesOf({ key }) {
      const entry = entries.get(`data/${key}`);
      if (entry === undefined) throw new UserError(`${source.name}: data/${key} is missing`);
      return stored(entry, source.name);
    },
  };
}

function stored({ name, range, deflated, crc32: expected }: ZipEntry, file: string): Uint8Array {
  if (deflated) {
    throw new UserError(
      `${file}: expected stored files as torch.save writes them, found packed ones`,
    );
  }
  const bytes = readBytes(range.source, range);
  if (crc32(bytes) !== expected) {
    throw new UserError(`${file}: the check sum of ${name} is wrong: the file is damaged`);
  }
  return bytes;
}

/** Five pickles (magic number, version, machine, what was saved, keys), then a length and the bytes of each storage. */
function readLegacy(source: ByteSource): TorchFile {
  const storages = new Map<string, TorchStorage>();
  const dialect = {
    ...torchDialect,
    persistent(id: PickleValue, where: string) {
      const value = torchDialect.persistent!(id, where);
      if (value instanceof StorageValue) storages.set(value.value.key, value.value);
      return value;
    },
  };
  let at = LEGACY.length;
  const next = () => {
    const reader = new PickleReader(source, { dialect, at });
    const value = reader.read();
    at = reader.at;
    return value;
  };
  if (next() !== 1001) throw new UserError(`${source.name}: an unknown version of torch.save`);
  const machine = next();
  if (machine instanceof Map && machine.get("little_endian") === false) {
    throw new UserError(`${source.name}: expected little-endian numbers`);
  }
  const value = next();
  const keys = next();
  const places = new Map<string, number>();
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    const storage = storages.get(key);
    if (storage === undefined) throw new UserError(`${source.name}: storage ${key} is nobody's`);
    places.set(key, at + 8);
    at += 8 + storage.count * ELEMENT_BYTES[storage.type];
  }
  return {
    value,
    bytesOf({ key, count, type }) {
      const place = places.get(key);
      if (place === undefined) throw new UserError(`${source.name}: storage ${key} is missing`);
      try {
        const length = readBytes(source, { at: place - 8, length: 8 });
        const found = Number(new DataView(length.buffer).getBigInt64(0, true));
        if (found !== count) {
          throw new UserError(
            `${source.name}: expected ${count} elements in storage ${key}, found ${found}`,
          );
        }
        return readBytes(source, { at: place, length: count * ELEMENT_BYTES[type] });
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        throw new UserError(`${source.name}: truncated (${error.message})`);
      }
    },
  };
}
