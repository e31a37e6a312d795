/** Bits behind the point of a filter weight: 32 less 8 for the pixel and 2 to spare, as in Pillow's `Resample.c`. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** The weights of one output position: input pixels `first` … `first + weights.length − 1`. */
interface Tap {
  readonly first: number;
  readonly weights: Int32Array;
}

/**
 * Resizes 8-bit RGB pictures of one size bit for bit as Pillow's `Image.resize(…, BILINEAR)` does, which is what torchvision's
 * `Resize` calls for PIL images: a triangle filter as wide as the reduction (so it is antialiased), weights rounded to 22 bits,
 * first along rows, then along columns, with rounding to 8 bits in between.
 */
export class PilResize {
  readonly #from: number;
  readonly #to: number;
  readonly #taps: readonly Tap[];
  readonly #between: Uint8Array;

  /** Square pictures: edges in pixels. */
  constructor({ from, to }: { readonly from: number; readonly to: number }) {
    this.#from = from;
    this.#to = to;
    this.#taps = bilinearTaps(from, to);
    this.#between = new Uint8Array(from * to * 3);
  }

  /** `picture` uint8 [from, from, 3] into `target` uint8 [to, to, 3]. */
  resize(picture: Uint8Array, target: Uint8Array): void {
    const [from, to] = [this.#from, this.#to];
    // Along a row neighbours lie 3 bytes apart; along a column of the intermediate picture 3·to.
    for (let y = 0; y < from; y++) {
      for (let x = 0; x < to; x++) {
        const at = 3 * (y * to + x);
        this.#pixel(picture, { start: 3 * y * from, step: 3, tap: x, target: this.#between, at });
      }
    }
    for (let y = 0; y < to; y++) {
      for (let x = 0; x < to; x++) {
        const at = 3 * (y * to + x);
        this.#pixel(this.#between, { start: 3 * x, step: 3 * to, tap: y, target, at });
      }
    }
  }

  #pixel(source: Uint8Array, { start, step, tap, target, at }: {
    readonly start: number;
    readonly step: number;
    readonly tap: number;
    readonly target: Uint8Array;
    readonly at: number;
  }): void {
    const { first, weights } = this.#taps[tap]!;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    let position = start + first * step;
    for (let i = 0; i < weights.length; i++, position += step) {
      const weight = weights[i]!;
      red += source[position]! * weight;
      green += source[position + 1]! * weight;
      blue += source[position + 2]! * weight;
    }
    // No weight of this filter is negative and their sum is 1 but for rounding: only 255 can be passed.
    target[at] = Math.min(255, red >> PRECISION_BITS);
    target[at + 1] = Math.min(255, green >> PRECISION_BITS);
    target[at + 2] = Math.min(255, blue >> PRECISION_BITS);
  }
}

function bilinearTaps(from: number, to: number): Tap[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, position) => {
    const centre = (position + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const exact = Array.from(
      { length: end - first },
      (_, i) => Math.max(0, 1 - Math.abs((i + first - centre + 0.5) * (1 / support))),
    );
    const sum = exact.reduce((total, weight) => total + weight, 0);
    const weights = exact.map((weight) => Math.trunc(0.5 + (weight / sum) * (1 << PRECISION_BITS)));
    return { first, weights: Int32Array.from(weights) };
  });
}
