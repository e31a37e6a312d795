import type { PictureSize } from "../../src/augment/affine.ts";

/** A square of one image, pixels. */
export interface Square {
  readonly side: number;
  readonly centreX: number;
  readonly centreY: number;
}

/** What USB fills of a square (randaugment.py, CutoutAbs), in float64; both ends are filled, and nothing for a side of 0. */
export function usbRectangle({ side, centreX, centreY }: Square, { height, width }: PictureSize) {
  const [left, top] = [centreX, centreY].map((c) => Math.trunc(Math.max(0, c - side / 2)));
  const last = (first: number, size: number) =>
    side > 0 ? Math.trunc(Math.min(size, first + side)) : first - 1;
  return { left: left!, right: last(left!, width), top: top!, bottom: last(top!, height) };
}
