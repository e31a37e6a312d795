import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { effectiveNumberWeights } from "../../src/methods/effective_number.ts";
import { goldenJson, goldenTest } from "../golden.ts";

Deno.test("effectiveNumberWeights() are equal for equal counts and sum to K", () => {
  deepStrictEqual(effectiveNumberWeights([7, 7, 7]), [1, 1, 1]);
  deepStrictEqual(effectiveNumberWeights([1, 1]), [1, 1]);
  const weights = effectiveNumberWeights([30, 3]);
  ok(weights[0]! < weights[1]!);
  ok(Math.abs(weights[0]! + weights[1]! - 2) < 1e-12);
});

Deno.test("effectiveNumberWeights() count an absent class once", () => {
  deepStrictEqual(effectiveNumberWeights([9, 0]), effectiveNumberWeights([9, 1]));
});

interface SawCase {
  readonly counts: readonly number[];
  readonly weights: readonly number[];
}

goldenTest("effectiveNumberWeights() golden: SAW's weights", async () => {
  const { saw_weights: cases } = await goldenJson<{ saw_weights: SawCase[] }>("losses.json");
  ok(cases.length > 0);
  for (const { counts, weights } of cases) {
    const actual = effectiveNumberWeights(counts);
    strictEqual(actual.length, weights.length);
    const scale = Math.max(...weights);
    actual.forEach((value, k) => ok(Math.abs(value - weights[k]!) <= 1e-4 * scale));
  }
});
