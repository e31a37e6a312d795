/** Bits behind the point of a filter weight: 32 less 8 for the pixel and 2 to spare, as in Pillow's `Resample.c`. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);

/** Half the width of a filter, in output pixels, and its weight at a distance from the centre, in output pixels. */
interface Filter {
  readonly support: number;
  weight(distance: number): number;
}

const FILTERS = {
  bilinear: { support: 1, weight: (distance) => Math.max(0, 1 - Math.abs(distance)) },
  box: { support: 0.5, weight: (distance) => distance > -0.5 && distance <= 0.5 ? 1 : 0 },
} as const satisfies Record<string, Filter>;

/** Pillow's filters that are here: `BILINEAR`, and `BOX`, the mean over the area that an output pixel covers. */
export type PilFilter = keyof typeof FILTERS;

/** Sizes in pixels: what comes in, and the edge of the square that goes out. */
export interface PilResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly edge: number;
  readonly filter: PilFilter;
}

/** For each output position its first input pixel; the weights of all positions lie one after another. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

/**
 * Resizes 8-bit RGB pictures of one size to a square, bit for bit as Pillow's `Image.resize` does (and torchvision's `Resize` for PIL
 * images): a filter as wide as the reduction, so it is antialiased, weights rounded to 22 bits, first along rows, then along
 * columns, with rounding to 8 bits in between (Pillow 13 sometimes takes columns first, which can change a value by one). A picture
 * comes in bands of rows, so that a large one need not be whole in memory.
 */
export class PilResize {
  readonly #options: PilResizeOptions;
  readonly #across: Taps;
  readonly #down: Taps;
  /** uint8 [height, edge, 3]. */
  readonly #between: Uint8Array;

  constructor(options: PilResizeOptions) {
    const { width, height, edge, filter } = options;
    this.#options = options;
    this.#across = tapsOf(width, edge, FILTERS[filter]);
    this.#down = tapsOf(height, edge, FILTERS[filter]);
    this.#between = new Uint8Array(height * edge * 3);
  }

  /** A whole picture, uint8 [height, width, 3], into `target`, uint8 [edge, edge, 3]. */
  resize(picture: Uint8Array, target: Uint8Array): void {
    this.takeRows(picture, 0);
    this.finish(target);
  }

  /** Takes some rows, uint8 [rows, width, 3], of which the first is row `top`. All rows are needed before `finish`. */
  takeRows(rows: Uint8Array, top: number): void {
    const { width, edge } = this.#options;
    const { first, count, weights } = this.#across;
    const between = this.#between;
    const bytes = 3 * width;
    let to = top * edge * 3;
    for (let row = 0; row < rows.length; row += bytes) {
      let tap = 0;
      for (let x = 0; x < edge; x++) {
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        const end = tap + count[x]!;
        for (let from = row + 3 * first[x]!; tap < end; tap++, from += 3) {
          const weight = weights[tap]!;
          red += rows[from]! * weight;
          green += rows[from + 1]! * weight;
          blue += rows[from + 2]! * weight;
        }
        // No weight is negative and their sum is 1 but for rounding: only 255 can be passed.
        between[to++] = Math.min(255, red >> PRECISION_BITS);
        between[to++] = Math.min(255, green >> PRECISION_BITS);
        between[to++] = Math.min(255, blue >> PRECISION_BITS);
      }
    }
  }

  /** Writes the picture whose rows were taken into `target`, uint8 [edge, edge, 3]. */
  finish(target: Uint8Array): void {
    const { edge } = this.#options;
    const { first, count, weights } = this.#down;
    const between = this.#between;
    const bytes = 3 * edge;
    let firstTap = 0;
    for (let y = 0; y < edge; y++) {
      const end = firstTap + count[y]!;
      for (let x = 0; x < bytes; x++) {
        let sum = HALF;
        let from = first[y]! * bytes + x;
        for (let tap = firstTap; tap < end; tap++, from += bytes) {
          sum += between[from]! * weights[tap]!;
        }
        target[y * bytes + x] = Math.min(255, sum >> PRECISION_BITS);
      }
      firstTap = end;
    }
  }
}

function tapsOf(from: number, to: number, filter: Filter): Taps {
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = filter.support * widening;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights: number[] = [];
  for (let position = 0; position < to; position++) {
    const centre = (position + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const exact = Array.from(
      { length: end - start },
      (_, i) => filter.weight((i + start - centre + 0.5) * (1 / widening)),
    );
    const sum = exact.reduce((total, weight) => total + weight, 0);
    first[position] = start;
    count[position] = exact.length;
    for (const weight of exact) {
      weights.push(Math.trunc(0.5 + (weight / sum) * (1 << PRECISION_BITS)));
    }
  }
  return { first, count, weights: Int32Array.from(weights) };
}
