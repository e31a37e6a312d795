/** Which evaluations of a run a table shows. */
export const PICKS = ["best", "last", "mean-last-20", "median-last-20"] as const;
export type Pick = (typeof PICKS)[number];

/** Evaluations that a window pick looks at. */
export const PICK_WINDOW = 20;

/** Indices into a run's evaluations, in order, and how to combine them. */
export interface Picked {
  readonly indices: readonly number[];
  readonly combine: "mean" | "median";
}

/**
 * Chooses among evaluations by the primary output's top-1, one value an evaluation in step order. `best` is the first
 * maximum (as USB keeps it); a window shorter than 20 uses what is there. Throws a RangeError for an empty run.
 */
export function pickEvaluations(pick: Pick, top1: readonly number[]): Picked {
  if (top1.length === 0) throw new RangeError("Expected at least one evaluation, found none");
  const last = top1.length - 1;
  switch (pick) {
    case "best":
      return { indices: [firstMaximum(top1)], combine: "mean" };
    case "last":
      return { indices: [last], combine: "mean" };
    case "mean-last-20":
      return { indices: lastWindow(top1.length), combine: "mean" };
    case "median-last-20":
      return { indices: lastWindow(top1.length), combine: "median" };
  }
}

/** Index of the first largest value. NaN never wins against a number. */
export function firstMaximum(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > values[best]! || Number.isNaN(values[best]!)) best = i;
  }
  return best;
}

/** Mean or median (of an even number: the mean of the middle two) of at least one value. */
export function combineValues(values: readonly number[], how: "mean" | "median"): number {
  if (how === "mean") return values.reduce((sum, value) => sum + value, 0) / values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function lastWindow(count: number): number[] {
  const first = Math.max(0, count - PICK_WINDOW);
  return Array.from({ length: count - first }, (_, i) => first + i);
}
