import type { ElementType } from "./types.ts";

const view = new DataView(new ArrayBuffer(4));

function bits(element: number): string {
  view.setFloat32(0, element);
  return `0x${view.getUint32(0).toString(16).toUpperCase().padStart(8, "0")}`;
}

/** One element as a literal; floats by their bits, so that none is rounded or misread. */
export function elementText(element: number, type: ElementType): string {
  if (type === "f32") return bits(element);
  if (type === "i1") return String(element !== 0);
  return String(type === "i32" ? element | 0 : element >>> 0);
}

/** All elements of a tensor as the literal's hexadecimal form, little endian, or as a list of truth values. */
export function elementsText(data: readonly number[], type: ElementType): string {
  if (type === "i1" || data.length === 1) {
    return `[${data.map((element) => elementText(element, type)).join(", ")}]`;
  }
  const host = type === "f32"
    ? new Float32Array(data)
    : type === "ui8"
    ? new Uint8Array(data)
    : new Int32Array(data);
  const bytes = new Uint8Array(host.buffer);
  return `"0x${bytes.toHex().toUpperCase()}"`;
}
