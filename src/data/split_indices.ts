import { UserError } from "../errors.ts";
import type { FractionRequest } from "./count_request.ts";
import type { ClassCounts } from "./counts.ts";
import { aroundShare } from "./fraction.ts";
import { Mt19937 } from "./mt19937.ts";
import { numpyShuffle } from "./numpy_shuffle.ts";

/** What a split is drawn from. */
export interface SplitOptions {
  /** Class of every image, in the data set's order; -1 where it is unknown (STL-10's unlabelled images). */
  readonly labels: ArrayLike<number>;
  /** Labelled images per class, or a share of every class. */
  readonly labelled: ClassCounts | FractionRequest;
  /**
   * Unlabelled images per class; `null` for none, "rest" for everything that is not labelled, "all" for every training image.
   */
  readonly unlabelled: ClassCounts | "rest" | "all" | null;
  /** Number of classes; the length of the counts where it is left out. */
  readonly classes?: number;
  readonly seed: number;
  /** Names for the error message. */
  readonly classNames?: readonly string[];
}

/** Positions in the data set. */
export interface SplitIndices {
  readonly labelled: Int32Array;
  readonly unlabelled: Int32Array;
}

/**
 * USB's split (`datasets/utils.py`: sample_labeled_unlabeled_data), index for index: class by class, the class's positions are
 * shuffled by one legacy numpy generator; the first n_c are labelled, the next m_c unlabelled. A share of every class is drawn
 * as CoSSL does (`dataset/fix_small_imagenet127.py`): numpy's rounding, and no shuffle for seed 0. "all" gives the images
 * without a label first, then all others, in file order (USB's `stl10.py`: 105,000 images). The labelled part does not depend
 * on the unlabelled request. Throws a UserError where a class has too few images (USB silently returns fewer).
 */
export function splitIndices(options: SplitOptions): SplitIndices {
  const { labels, labelled: wantedLabelled, unlabelled: wantedUnlabelled, seed } = options;
  const share = "fraction" in wantedLabelled;
  const classes = options.classes ?? (share ? 0 : wantedLabelled.length);
  const shuffled = !share || seed !== 0;
  const generator = new Mt19937(seed);
  const labelled: number[] = [];
  const unlabelled: number[] = [];
  const { positions, unknown } = positionsByClass(labels, classes);
  if (typeof wantedUnlabelled === "string") append(unlabelled, unknown);
  for (let c = 0; c < classes; c++) {
    const pool = positions[c]!;
    const first = "fraction" in wantedLabelled
      ? aroundShare(pool.length, wantedLabelled.fraction)
      : wantedLabelled[c]!;
    const end = wantedUnlabelled === "rest"
      ? Math.max(pool.length, first)
      : first + (Array.isArray(wantedUnlabelled) ? wantedUnlabelled[c]! : 0);
    if (end > pool.length) {
      throw tooFew(options, { label: c, first, wanted: end, available: pool.length });
    }
    if (shuffled) numpyShuffle(pool, generator);
    append(labelled, pool.subarray(0, first));
    append(unlabelled, pool.subarray(first, end));
  }
  if (wantedUnlabelled === "all") {
    for (let i = 0; i < labels.length; i++) if (labels[i] !== -1) unlabelled.push(i);
  }
  return { labelled: Int32Array.from(labelled), unlabelled: Int32Array.from(unlabelled) };
}

function append(list: number[], values: Int32Array): void {
  for (const value of values) list.push(value);
}

function positionsByClass(labels: ArrayLike<number>, classes: number): {
  readonly positions: readonly Int32Array[];
  readonly unknown: Int32Array;
} {
  const lists: number[][] = Array.from({ length: classes }, () => []);
  const unknown: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const list = label === -1 ? unknown : lists[label];
    if (list === undefined) {
      throw new RangeError(`Expected labels below ${classes}, found ${label} at position ${i}`);
    }
    list.push(i);
  }
  return {
    positions: lists.map((list) => Int32Array.from(list)),
    unknown: Int32Array.from(unknown),
  };
}

function tooFew(options: SplitOptions, found: {
  readonly label: number;
  readonly first: number;
  readonly wanted: number;
  readonly available: number;
}): UserError {
  const name = options.classNames?.[found.label];
  return new UserError(
    `Class ${found.label}${
      name === undefined ? "" : ` (${name})`
    } has ${found.available} images, but ` +
      `${found.first} labelled and ${
        found.wanted - found.first
      } unlabelled ones (${found.wanted} in all) were asked for: lower the head counts`,
  );
}
