import { crc32, deflateRawSync } from "node:zlib";
import { npy } from "./npy_fixtures.ts";

/** A zip archive as Python writes it: `wide` adds zip64 fields to the files, as `np.savez` does. */
export function zip(
  files: readonly { name: string; bytes: Uint8Array; deflated?: boolean }[],
  { wide = false } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const put = (to: Uint8Array[], bytes: Uint8Array) => to.push(bytes);
  for (const { name, bytes, deflated = false } of files) {
    const stored = deflated ? new Uint8Array(deflateRawSync(bytes)) : bytes;
    const text = new TextEncoder().encode(name);
    const extra = wide ? 20 : 0;
    const local = new DataView(new ArrayBuffer(30 + extra + text.length));
    const fields = (view: DataView, from: number) => {
      view.setUint16(from + 2, deflated ? 8 : 0, true);
      view.setUint32(from + 8, crc32(bytes), true);
      view.setUint32(from + 12, stored.length, true);
      view.setUint32(from + 16, bytes.length, true);
      view.setUint16(from + 20, text.length, true);
    };
    local.setUint32(0, 0x04034b50, true);
    fields(local, 6);
    if (wide) {
      local.setUint32(18, 0xffffffff, true);
      local.setUint32(22, 0xffffffff, true);
    }
    local.setUint16(28, extra, true);
    const localBytes = new Uint8Array(local.buffer);
    localBytes.set(text, 30);
    if (wide) {
      const place = 30 + text.length;
      local.setUint16(place, 1, true);
      local.setUint16(place + 2, 16, true);
      local.setBigUint64(place + 4, BigInt(bytes.length), true);
      local.setBigUint64(place + 12, BigInt(stored.length), true);
    }
    put(parts, localBytes);
    put(parts, stored);
    const central = new DataView(new ArrayBuffer(46 + text.length));
    central.setUint32(0, 0x02014b50, true);
    fields(central, 8);
    central.setUint32(42, at, true);
    const centralBytes = new Uint8Array(central.buffer);
    centralBytes.set(text, 46);
    put(directory, centralBytes);
    at += localBytes.length + stored.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, at, true);
  return concat([...parts, ...directory, new Uint8Array(end.buffer)]);
}

/** A batch of downsampled ImageNet as `np.savez` writes it. */
export function npzBatch(planes: Uint8Array, { labels, width, deflated = false }: {
  readonly labels: readonly number[];
  readonly width: number;
  readonly deflated?: boolean;
}): Uint8Array {
  const values = BigInt64Array.from(labels, BigInt);
  const list = npy(new Uint8Array(values.buffer), { descr: "<i8", shape: [labels.length] });
  const data = npy(planes, { descr: "|u1", shape: [planes.length / width, width] });
  const mean = npy(new Uint8Array(8 * width), { descr: "<f8", shape: [width] });
  return zip([
    { name: "data.npy", bytes: data, deflated },
    { name: "labels.npy", bytes: list, deflated },
    { name: "mean.npy", bytes: mean, deflated },
  ], { wide: true });
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
