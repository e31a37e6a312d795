import { UserError } from "../errors.ts";
import { chaoticOrder } from "./chaotic.ts";
import type { CountRequest, GaussianOptions } from "./count_request.ts";

/** How many images of each class, in class order. */
export type ClassCounts = readonly number[];

/** Images per class that a setting asks for. Throws a UserError where the request makes no sense or leaves a class without an image. */
export function classCounts(request: CountRequest, classes: number): number[] {
  const { head, ratio, shape, gaussian } = request;
  switch (shape) {
    case "consistent":
      return fullLongTail({ head, ratio, classes });
    case "inverse":
      return fullLongTail({ head, ratio, classes }).reverse();
    case "uniform":
      return new Array<number>(classes).fill(head);
    case "gaussian":
      return gaussianCounts({ head, classes, ...gaussian });
    case "gaussian-inverse":
      return inverseGaussianCounts({ head, classes, ...gaussian });
    case "chaotic-a1":
    case "chaotic-a2":
    case "chaotic-b1":
    case "chaotic-b2": {
      const tail = fullLongTail({ head, ratio, classes });
      return chaoticOrder(shape, classes).map((rank) => tail[rank]!);
    }
  }
}

/** What a long-tailed list of counts is made from. */
export interface LongTail {
  /** Images of the largest class. */
  readonly head: number;
  /** Largest over smallest class; a negative one turns the list round. */
  readonly ratio: number;
  readonly classes: number;
}

/**
 * USB's exponential counts (`datasets/utils.py`: make_imbalance_data): ⌊head · |ratio|^(−c/(K−1))⌋, the last class
 * ⌊head/|ratio|⌋, which may be 0. Throws a UserError if |ratio| < 1.
 */
export function longTailCounts({ head, ratio, classes }: LongTail): number[] {
  const gamma = Math.abs(ratio);
  if (!(gamma >= 1)) {
    throw new UserError(`Expected an imbalance ratio of 1 or more (or -1 or less), found ${ratio}`);
  }
  const factor = classes > 1 ? Math.pow(1 / gamma, 1 / (classes - 1)) : 1;
  const counts = Array.from(
    { length: classes },
    (_, c) => Math.floor(c === classes - 1 ? head / gamma : head * Math.pow(factor, c)),
  );
  if (classes === 1) counts[0] = head;
  return ratio < 0 ? counts.reverse() : counts;
}

/** The same with an image of every class. Throws a UserError where one would be left without. */
function fullLongTail(tail: LongTail): number[] {
  const counts = longTailCounts(tail);
  if (Math.min(...counts) < 1) {
    throw new UserError(
      `A head class of ${tail.head} images and an imbalance ratio of ${tail.ratio} leave the smallest class without an image: ` +
        `expected a head of at least ${Math.ceil(Math.abs(tail.ratio))}`,
    );
  }
  return counts;
}

/** Counts as USB's own config files give them: with a ratio of exactly 1 the number is the total of all classes. */
export function usbCounts({ number, ratio, classes }: {
  readonly number: number;
  readonly ratio: number;
  readonly classes: number;
}): number[] {
  if (ratio !== 1) return longTailCounts({ head: number, ratio, classes });
  if (number % classes !== 0) {
    throw new UserError(
      `With an imbalance ratio of 1 the number of images is the total of all classes: ${number} cannot be divided by ${classes} classes`,
    );
  }
  return new Array<number>(classes).fill(number / classes);
}

type Gaussian = Partial<GaussianOptions> & { readonly head: number; readonly classes: number };

/**
 * Bell-shaped counts over the class index, `head` at the centre: ⌊head · exp(−(d_k² − d_min²)/(2s²))⌋ with d_k the distance
 * from the middle of the list. K/6 is the standard deviation s, or s² when `spread` is "variance".
 */
export function gaussianCounts({ head, classes, spread = "std" }: Gaussian): number[] {
  const variance = spread === "std" ? (classes / 6) ** 2 : classes / 6;
  const centre = (classes - 1) / 2;
  const nearest = classes % 2 === 0 ? 0.25 : 0;
  const counts = Array.from(
    { length: classes },
    (_, k) => Math.floor(head * Math.exp(-((k - centre) ** 2 - nearest) / (2 * variance))),
  );
  if (counts[0]! < 1) {
    throw new UserError(
      `A Gaussian of ${head} images at the centre leaves class 0 without an image: expected a larger head`,
    );
  }
  return counts;
}

/** The Gaussian turned over: (max + min) − M_k, or its two halves swapped so that both ends are frequent. */
export function inverseGaussianCounts(options: Gaussian): number[] {
  const counts = gaussianCounts(options);
  if (options.inverse === "swap-halves") {
    const half = Math.ceil(counts.length / 2);
    return [...counts.slice(half), ...counts.slice(0, half)];
  }
  const sum = Math.max(...counts) + Math.min(...counts);
  return counts.map((count) => sum - count);
}

/** The sum of a list of counts. */
export function totalCount(counts: ClassCounts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Images of each class among `labels`. Throws a RangeError for a label outside [0, classes). */
export function countLabels(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) {
    const count = counts[label];
    if (count === undefined) {
      throw new RangeError(`Expected a label below ${classes}, found ${label}`);
    }
    counts[label] = count + 1;
  }
  return counts;
}
