/** Turns a picture of colour planes, uint8 [3, n], into pixels, uint8 [n, 3]. */
export function interleave(planes: Uint8Array, pixels: Uint8Array): void {
  const count = planes.length / 3;
  for (let p = 0, to = 0; p < count; p++, to += 3) {
    pixels[to] = planes[p]!;
    pixels[to + 1] = planes[count + p]!;
    pixels[to + 2] = planes[2 * count + p]!;
  }
}
