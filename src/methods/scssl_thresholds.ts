/** SC-SSL's class-wise confidence thresholds (eqs. 8-10). */
import { classRanks, interval } from "./class_order.ts";
import type { ScsslParams } from "./scssl_params.ts";

/** The heads that have thresholds of their own. */
export type ThresholdHead = "balanced" | "expansive";

/** What determines the start values. */
export interface Expansion {
  readonly c: number;
  readonly gammaU: number;
  readonly rhoMax: number;
}

/** Start value of the non-head classes: eq. 9 for the balanced head, eq. 10 for the expansive one. */
export function nonHeadThreshold(head: ThresholdHead, { c, gammaU, rhoMax }: Expansion): number {
  return head === "balanced"
    ? rhoMax - ((c - 4) / 10) * Math.min(gammaU / 50, 1) // Eq. 9
    : rhoMax - ((c - 3) / 5) * Math.min(gammaU / 20, 1); // Eq. 10
}

/** Thresholds of one head, each [K]. */
export interface ThresholdPlan {
  readonly start: readonly number[];
  /** Never above `start`. */
  readonly floor: readonly number[];
}

export type ThresholdOptions =
  & Pick<ScsslParams, "intervals" | "threshold_floor" | "thresholds">
  & { readonly expansion: Expansion; readonly labelledCounts: readonly number[] };

/**
 * Where one head's thresholds begin and how far they may fall. Between ρ_max for the first interval of classes and the
 * non-head value for the last one, start values are interpolated linearly.
 */
export function thresholdPlan(head: ThresholdHead, options: ThresholdOptions): ThresholdPlan {
  const { expansion, labelledCounts, intervals, threshold_floor } = options;
  const { rhoMax } = expansion;
  const classes = labelledCounts.length;
  const ranks = classRanks(labelledCounts);
  const spread = (nonHead: number) =>
    ranks.map((rank) => {
      const position = interval(rank, { count: intervals, classes }) / (intervals - 1);
      return rhoMax + (nonHead - rhoMax) * position;
    });
  const start = spread(nonHeadThreshold(head, expansion));
  const lowest = threshold_floor === "c6"
    ? spread(nonHeadThreshold(head, { ...expansion, c: 6 }))
    : start.map((value, k) => ranks[k]! < classes / 2 ? value : threshold_floor);
  const floor = start.map((value, k) => Math.min(value, lowest[k]!));
  if (options.thresholds === "fix-max") {
    const constant = start.map(() => rhoMax);
    return { start: constant, floor: constant };
  }
  return options.thresholds === "fix-min" ? { start: floor, floor } : { start, floor };
}

/** 1 for the classes whose thresholds move (the second half by labelled count), else 0. */
export function movingClasses(labelledCounts: readonly number[]): number[] {
  return classRanks(labelledCounts).map((rank) => rank < labelledCounts.length / 2 ? 0 : 1);
}

/** Eq. 8 after a class has fallen `falls[k]` times: max(floor, start − α·falls). */
export function currentThresholds(
  { start, floor }: ThresholdPlan,
  { falls, alpha }: { readonly falls: ArrayLike<number>; readonly alpha: number },
): number[] {
  return start.map((value, k) => Math.max(floor[k]!, value - alpha * falls[k]!));
}

/** One update of eq. 8: a moving class whose bias exceeds ν has fallen once more. */
export function countFalls(
  falls: ArrayLike<number>,
  { bias, nu, moving }: {
    readonly bias: ArrayLike<number>;
    readonly nu: number;
    readonly moving: readonly number[];
  },
): Int32Array {
  return Int32Array.from(falls, (count, k) => count + (bias[k]! > nu ? moving[k]! : 0));
}
