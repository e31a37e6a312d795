/** SC-SSL's anchor distributions and the choice among them (paper, "Estimating the unlabelled distribution"). */
import { classRanks } from "./class_order.ts";
import { type AnchorName, ANCHORS, type ScsslParams } from "./scssl_params.ts";

/** A candidate shape of the unlabelled class distribution. */
export interface Anchor {
  readonly name: AnchorName;
  /** Relative frequency of each class, [K], any scale. */
  readonly shape: readonly number[];
  /** Imbalance ratio of the shape. */
  readonly gammaU: number;
}

/** The anchors that have the labelled set's ratio. */
const LONG_TAIL: readonly AnchorName[] = ["consistent", "inverse"];

export type GaussianOptions = Pick<ScsslParams, "gaussian_spread" | "gaussian_inverse">;

/** Expansion factor c that goes with each anchor. */
export const EXPANSION: Readonly<Record<AnchorName, number>> = {
  consistent: 4,
  uniform: 5,
  inverse: 6,
  gaussian: 4,
  "gaussian-inverse": 6,
};

/**
 * All anchors for these labelled counts, in the order in which ties are broken. Those of the long-tail family have
 * γ_u = `ratio` (γ_l), or the counts' own where that is not known: rounding moves theirs, 150 images over γ_l = 20 leave
 * the rarest class 7.
 */
export function anchors(
  labelledCounts: readonly number[],
  { ratio, ...options }: GaussianOptions & { readonly ratio?: number | undefined },
): Anchor[] {
  const classes = labelledCounts.length;
  const ranks = classRanks(labelledCounts);
  const descending = [...labelledCounts].sort((a, b) => b - a);
  const gaussian = gaussianShape(classes, options.gaussian_spread);
  const byRank: Record<AnchorName, readonly number[]> = {
    consistent: descending,
    uniform: descending.map(() => 1),
    inverse: [...descending].reverse(),
    gaussian,
    "gaussian-inverse": options.gaussian_inverse === "complement"
      ? complement(gaussian)
      : swapHalves(gaussian),
  };
  return ANCHORS.map((name) => {
    const shape = ranks.map((rank) => byRank[name][rank]!);
    const own = Math.max(...shape) / Math.min(...shape);
    return { name, shape, gammaU: LONG_TAIL.includes(name) ? ratio ?? own : own };
  });
}

/** exp(−(k − (K−1)/2)² / 2s²) for k = 0 … K−1, with s or s² equal to K/6. */
export function gaussianShape(classes: number, spread: "std" | "variance"): number[] {
  const centre = (classes - 1) / 2;
  const variance = spread === "std" ? (classes / 6) ** 2 : classes / 6;
  return Array.from({ length: classes }, (_, k) => Math.exp(-((k - centre) ** 2) / (2 * variance)));
}

function complement(shape: readonly number[]): number[] {
  const sum = Math.max(...shape) + Math.min(...shape);
  return shape.map((value) => sum - value);
}

function swapHalves(shape: readonly number[]): number[] {
  const half = Math.ceil(shape.length / 2);
  return [...shape.slice(half), ...shape.slice(0, half)];
}

/** D_KL(counts ‖ shape scaled to the same total), natural log, one count added to each class of both. */
export function divergence(counts: readonly number[], shape: readonly number[]): number {
  const total = sumOf(counts);
  const scale = total / sumOf(shape);
  const smoothed = total + counts.length;
  return counts.reduce((sum, count, k) => {
    const p = (count + 1) / smoothed;
    const q = (shape[k]! * scale + 1) / smoothed;
    return sum + p * Math.log(p / q);
  }, 0);
}

/** The anchor with the smallest divergence from the estimated counts; the first of equals. */
export function nearestAnchor(counts: readonly number[], candidates: readonly Anchor[]): Anchor {
  const first = candidates[0];
  if (first === undefined) throw new Error("internal: no anchors to choose from");
  let best = { anchor: first, distance: divergence(counts, first.shape) };
  for (const anchor of candidates.slice(1)) {
    const distance = divergence(counts, anchor.shape);
    if (distance < best.distance) best = { anchor, distance };
  }
  return best.anchor;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
