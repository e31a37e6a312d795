/** Draws with fixed keys, and what their distribution is compared with: bounds of 4.5 standard deviations. */
import type * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert/strict";
import { randomUniform } from "../../src/tensor/ops.ts";
import { runRecorded } from "../run_recorded.ts";

/** Draws of a test. */
export const N = 20_000;

/** Runs a body that draws, for one key. */
export function drawn(
  body: (draw: (shape: readonly number[]) => tf.Tensor) => Record<string, tf.Tensor>,
  key: readonly [number, number] = [11, 7],
): Record<string, Float64Array> {
  const given = { key: { shape: [2], data: key, dtype: "int32" as const } };
  return runRecorded(given, ({ key }) => {
    let stream = 0;
    return body((shape) => randomUniform(key!, { stream: stream++, shape }));
  });
}

/** Asserts that counts are as if drawn with these probabilities: χ² within 4.5 standard deviations of its mean. */
export function assertDistributed(
  values: Iterable<number>,
  { probabilities, what }: { readonly probabilities: readonly number[]; readonly what: string },
): void {
  const counts = new Array<number>(probabilities.length).fill(0);
  let total = 0;
  for (const value of values) {
    ok(value in counts, `${what}: ${value}`);
    counts[value]!++;
    total++;
  }
  const chiSquare = counts.reduce((sum, count, i) => {
    const expected = total * probabilities[i]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const freedom = counts.length - 1;
  const spread = 4.5 * Math.sqrt(2 * freedom);
  ok(
    Math.abs(chiSquare - freedom) < spread,
    `${what}: χ² ${chiSquare} for ${freedom} degrees of freedom`,
  );
}

/** Probabilities of so many equal cases. */
export function even(count: number): number[] {
  return new Array<number>(count).fill(1 / count);
}

/** Numbers of equal bins of [low, high). */
export function binned(
  values: Iterable<number>,
  { low, high, bins }: { low: number; high: number; bins: number },
): number[] {
  return Array.from(values, (value) => Math.floor((value - low) / (high - low) * bins));
}
