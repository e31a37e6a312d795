import type { Picture } from "./png.ts";

/** Pixels of a picture's pixel, and of the gaps between pictures, on a sheet. */
const SCALE = 2;
const GAP = 4;
const BACKGROUND = 255;

/** Images of one size on a sheet, row by row. Each: uint8 [height, width, 3]; a row may be shorter than others. */
export function contactSheet(
  rows: readonly (readonly Uint8Array[])[],
  { height, width }: { readonly height: number; readonly width: number },
): Picture {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const sheet = {
    width: columns * (SCALE * width + GAP) + GAP,
    height: rows.length * (SCALE * height + GAP) + GAP,
  };
  const rgb = new Uint8Array(sheet.width * sheet.height * 3).fill(BACKGROUND);
  for (const [r, row] of rows.entries()) {
    for (const [c, image] of row.entries()) {
      const top = GAP + r * (SCALE * height + GAP);
      const left = GAP + c * (SCALE * width + GAP);
      for (let y = 0; y < SCALE * height; y++) {
        for (let x = 0; x < SCALE * width; x++) {
          const from = 3 * (Math.floor(y / SCALE) * width + Math.floor(x / SCALE));
          rgb.set(image.subarray(from, from + 3), 3 * ((top + y) * sheet.width + left + x));
        }
      }
    }
  }
  return { ...sheet, rgb };
}
