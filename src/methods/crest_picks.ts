import type { Picks } from "./method.ts";

/** What the picks depend on beside the logits. */
export interface PickOptions {
  /** Of the labelled set that training began with, [K]. */
  readonly labelledCounts: readonly number[];
  /** Place of each class from frequent (0) to rare (K − 1), [K]. */
  readonly positions: readonly number[];
  readonly alpha: number;
}

/**
 * CReST's picks from logits [M,K]: of the images predicted as a class the most confident ones, all of the rarest class
 * and ever fewer towards frequent ones. Classes from frequent to rare, of equal count the last one first; within a class
 * by confidence.
 */
export function crestPicks(
  logits: Float32Array,
  { labelledCounts, positions, alpha }: PickOptions,
): Picks {
  const classes = labelledCounts.length;
  const predicted: { index: number; confidence: number }[][] = labelledCounts.map(() => []);
  for (let index = 0; index * classes < logits.length; index++) {
    const row = logits.subarray(index * classes, (index + 1) * classes);
    let best = 0;
    row.forEach((value, k) => best = value > row[best]! ? k : best);
    const sum = row.reduce((total, value) => total + Math.exp(value - row[best]!), 0);
    predicted[best]!.push({ index, confidence: 1 / sum });
  }
  const order = labelledCounts.map((_, k) => k);
  order.sort((a, b) => labelledCounts[b]! - labelledCounts[a]! || b - a);
  const ratio = Math.min(...labelledCounts) / Math.max(...labelledCounts);
  const mu = Math.pow(ratio, 1 / (classes - 1));
  const indices: number[] = [];
  const labels: number[] = [];
  for (const k of order) {
    const rate = Math.pow(Math.pow(mu, classes - 1 - positions[k]!), 1 / alpha);
    const sorted = predicted[k]!.sort((a, b) => b.confidence - a.confidence || a.index - b.index);
    for (const { index } of sorted.slice(0, Math.floor(sorted.length * rate))) {
      indices.push(index);
      labels.push(k);
    }
  }
  return { indices: Int32Array.from(indices), labels: Int32Array.from(labels) };
}
