/**
 * The kinds of the kernel PixelOperation, which does one of them to each image of a batch: those of Pillow's operations that
 * RandAugment draws from, to the grey level. Pixels are whole numbers 0..255 before and after. `v` is the image's value; the
 * luma of a pixel is ⌊(19595·R + 38470·G + 7471·B + 32768) / 65536⌋; a blend with `d` is ⌊d + v·(x − d)⌋ in float32, multiplied
 * before it is added, with 0 ≤ v ≤ 1.
 */
export const PIXEL_OPERATIONS = {
  identity: 0,
  /**
   * For each channel with lowest value l and highest h > l: x·s + o rounded towards 0 and clipped to 0..255, in float64 (product and
   * sum each rounded), with s = 255/(h − l) and o = −l·s. Other channels stay.
   */
  autocontrast: 1,
  /**
   * For each channel of N pixels: min(255, ⌊(⌊s/2⌋ + number of pixels below x) / s⌋) with s = ⌊(N − number of pixels with the highest
   * value) / 255⌋. Channels with s = 0 stay.
   */
  equalize: 2,
  /** A blend with 0. */
  brightness: 3,
  /** A blend with the pixel's luma. */
  color: 4,
  /** A blend with the image's mean luma, rounded half up. */
  contrast: 5,
  /** A blend with the sum of the 3×3 neighbourhood plus 4·x, over 13, rounded; border pixels stay. */
  sharpness: 6,
  /** Keeps the upper v bits, v a whole number 1..8. */
  posterize: 7,
  /** 255 − x where x ≥ v. */
  solarize: 8,
  /**
   * The pixel at column (a·j + b·i + c) >> 16 and row (d·j + e·i + f) >> 16 of the source for the one at row i, column j, from
   * the coefficients a, b, c, d, e, f; 0 where that is outside.
   */
  affine: 9,
} as const;

export type PixelOperationName = keyof typeof PIXEL_OPERATIONS;
