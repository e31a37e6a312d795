/** Recalls of classes taken together; null where no class of the kind is in the test set. */
export interface GroupScalars {
  /** (Π recall)^(1/K) over the classes that the test set has; 0 as soon as one class is never found. */
  readonly geometric_mean: number | null;
  /** Mean recall of the classes with more than 100, with 20 to 100, and with fewer than 20 labelled images. */
  readonly many: number | null;
  readonly medium: number | null;
  readonly few: number | null;
}

/**
 * Summarises recalls [K] (null: not in the test set) by labelled images [K]. The borders are those of Liu et al., Large-Scale
 * Long-Tailed Recognition in an Open World, CVPR 2019. Throws a RangeError for lists of different length.
 */
export function groupRecalls(
  recalls: readonly (number | null)[],
  labelledCounts: readonly number[],
): GroupScalars {
  if (recalls.length !== labelledCounts.length) {
    throw new RangeError(
      `Expected ${labelledCounts.length} recalls, one a class, found ${recalls.length}`,
    );
  }
  const known = recalls.flatMap((recall, k) =>
    recall === null ? [] : [{ recall, count: labelledCounts[k]! }]
  );
  const mean = (wanted: (count: number) => boolean) => {
    const group = known.filter(({ count }) => wanted(count));
    return group.length === 0
      ? null
      : group.reduce((sum, { recall }) => sum + recall, 0) / group.length;
  };
  // Through logarithms: a product of many small recalls would be lost.
  const logs = known.reduce((sum, { recall }) => sum + Math.log(recall), 0);
  return {
    geometric_mean: known.length === 0 ? null : Math.exp(logs / known.length),
    many: mean((count) => count > 100),
    medium: mean((count) => count >= 20 && count <= 100),
    few: mean((count) => count < 20),
  };
}
