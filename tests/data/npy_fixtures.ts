/** An .npy file as numpy writes it: version 1, header padded to 64 bytes. */
export function npy(bytes: Uint8Array, { descr, shape, header }: {
  readonly descr: string;
  readonly shape: readonly number[];
  /** In place of the right header text. */
  readonly header?: string;
}): Uint8Array {
  const shapeText = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = header ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shapeText}, }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const file = new Uint8Array(10 + padded.length + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(file.buffer).setUint16(8, padded.length, true);
  file.set(new TextEncoder().encode(padded), 10);
  file.set(bytes, 10 + padded.length);
  return file;
}

/** An index file as USB and CPE runs dump it. */
export function indexFile(indices: readonly number[]): Uint8Array {
  const values = BigInt64Array.from(indices, BigInt);
  return npy(new Uint8Array(values.buffer), { descr: "<i8", shape: [indices.length] });
}
