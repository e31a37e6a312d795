/** Rank of each class by its labelled count: 0 for the most frequent one, ties by index. */
export function classRanks(labelledCounts: readonly number[]): number[] {
  const order = labelledCounts.map((_, k) => k);
  order.sort((a, b) => labelledCounts[b]! - labelledCounts[a]! || a - b);
  const ranks = new Array<number>(order.length);
  order.forEach((k, rank) => ranks[k] = rank);
  return ranks;
}

/** Which of `count` equal runs of ranks a rank is in; with two, 0 is the head half (the larger one if K is odd). */
export function interval(
  rank: number,
  { count, classes }: { readonly count: number; readonly classes: number },
): number {
  return Math.floor((rank * count) / classes);
}

/** log π of the labelled classes. Throws a RangeError for a class without labelled images: its log is not finite. */
export function logPrior(labelledCounts: readonly number[]): number[] {
  const total = labelledCounts.reduce((sum, n) => sum + n, 0);
  return labelledCounts.map((count, k) => {
    if (!(count > 0)) {
      throw new RangeError(`Expected labelled images of every class, found none of class ${k}`);
    }
    return Math.log(count / total);
  });
}
