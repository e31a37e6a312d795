import { UserError } from "../errors.ts";
import type { ClassCounts } from "./counts.ts";
import { Mt19937 } from "./mt19937.ts";
import { numpyShuffle } from "./numpy_shuffle.ts";

/** What a split is drawn from. */
export interface SplitOptions {
  /** Class of every image, in the data set's order. */
  readonly labels: ArrayLike<number>;
  /** Labelled images per class; its length is the number of classes. */
  readonly labelled: ClassCounts;
  /** Unlabelled images per class; `null` for none, "rest" for everything that is not labelled. */
  readonly unlabelled: ClassCounts | "rest" | null;
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
 * shuffled by one legacy numpy generator; the first n_c are labelled, the next m_c unlabelled. The labelled part does not depend
 * on the unlabelled request. Throws a UserError where a class has too few images (USB silently returns fewer).
 */
export function splitIndices(options: SplitOptions): SplitIndices {
  const { labels, labelled: wantedLabelled, unlabelled: wantedUnlabelled, seed } = options;
  const classes = wantedLabelled.length;
  const generator = new Mt19937(seed);
  const labelled: number[] = [];
  const unlabelled: number[] = [];
  const positions = positionsByClass(labels, classes);
  for (let c = 0; c < classes; c++) {
    const pool = positions[c]!;
    const first = wantedLabelled[c]!;
    const end = wantedUnlabelled === "rest"
      ? Math.max(pool.length, first)
      : first + (wantedUnlabelled?.[c] ?? 0);
    if (end > pool.length) {
      throw tooFew(options, { label: c, first, wanted: end, available: pool.length });
    }
    numpyShuffle(pool, generator);
    for (let i = 0; i < first; i++) labelled.push(pool[i]!);
    for (let i = first; i < end; i++) unlabelled.push(pool[i]!);
  }
  return { labelled: Int32Array.from(labelled), unlabelled: Int32Array.from(unlabelled) };
}

function positionsByClass(labels: ArrayLike<number>, classes: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: classes }, () => []);
  for (let i = 0; i < labels.length; i++) {
    const list = lists[labels[i]!];
    if (list === undefined) {
      throw new RangeError(`Expected labels below ${classes}, found ${labels[i]} at position ${i}`);
    }
    list.push(i);
  }
  return lists.map((list) => Int32Array.from(list));
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
