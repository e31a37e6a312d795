import { deepStrictEqual, ok } from "node:assert/strict";
import {
  countFalls,
  currentThresholds,
  movingClasses,
  nonHeadThreshold,
  thresholdPlan,
} from "../../src/methods/scssl_thresholds.ts";

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  ok(
    actual.length === expected.length &&
      actual.every((value, i) => Math.abs(value - expected[i]!) <= tolerance),
    `expected ${expected}, found ${actual}`,
  );
}

const LABELLED = [500, 299, 179, 107, 64, 38, 23, 13, 8, 5];

Deno.test("nonHeadThreshold() gives the start values of eqs. 9 and 10 for each anchor", () => {
  // c, γ_u, balanced, expansive
  const table = [
    [4, 100, 0.95, 0.75],
    [4, 50, 0.95, 0.75],
    [4, 10, 0.95, 0.85],
    [4, 15, 0.95, 0.8],
    [4, 20, 0.95, 0.75],
    [5, 1, 0.948, 0.93],
    [5, 100, 0.85, 0.55],
    [6, 100, 0.75, 0.35],
    [6, 10, 0.91, 0.65],
    [6, 15, 0.89, 0.5],
    [6, 20, 0.87, 0.35],
    [6, 36.6, 0.8036, 0.35],
  ] as const;
  for (const [c, gammaU, balanced, expansive] of table) {
    const expansion = { c, gammaU, rhoMax: 0.95 };
    near([nonHeadThreshold("balanced", expansion)], [balanced]);
    near([nonHeadThreshold("expansive", expansion)], [expansive]);
  }
});

const options = {
  expansion: { c: 4, gammaU: 100, rhoMax: 0.95 },
  labelledCounts: LABELLED,
  intervals: 2,
  threshold_floor: "c6",
  thresholds: "c-init",
} as const;

Deno.test("thresholdPlan() keeps the head half at the maximum and floors at the values for c = 6", () => {
  const { start, floor } = thresholdPlan("expansive", options);
  near(start, [...Array(5).fill(0.95), ...Array(5).fill(0.75)]);
  near(floor, [...Array(5).fill(0.95), ...Array(5).fill(0.35)]);
});

Deno.test("thresholdPlan() follows the labelled counts, not the class indices", () => {
  const { start } = thresholdPlan("balanced", {
    ...options,
    expansion: { ...options.expansion, c: 6 },
    labelledCounts: [5, 50, 7, 40],
  });
  near(start, [0.75, 0.95, 0.75, 0.95]);
});

Deno.test("thresholdPlan() interpolates over three and four intervals", () => {
  const expansion = { ...options.expansion, c: 6 };
  const three = thresholdPlan("balanced", { ...options, expansion, intervals: 3 });
  near(three.start, [0.95, 0.95, 0.95, 0.95, 0.85, 0.85, 0.85, 0.75, 0.75, 0.75]);
  const labelledCounts = [4, 3, 2, 1];
  const four = thresholdPlan("expansive", { ...options, expansion, intervals: 4, labelledCounts });
  near(four.start, [0.95, 0.75, 0.55, 0.35]);
});

Deno.test("thresholdPlan() takes a number as floor, but never above the start value", () => {
  const low = thresholdPlan("expansive", { ...options, threshold_floor: 0.5 });
  near(low.floor, [...Array(5).fill(0.95), ...Array(5).fill(0.5)]);
  const high = thresholdPlan("expansive", { ...options, threshold_floor: 0.9 });
  near(high.floor, high.start);
});

Deno.test("thresholdPlan() freezes at either end", () => {
  const highest = thresholdPlan("expansive", { ...options, thresholds: "fix-max" });
  deepStrictEqual(highest.start, highest.floor);
  near(highest.start, Array(10).fill(0.95));
  const lowest = thresholdPlan("expansive", { ...options, thresholds: "fix-min" });
  deepStrictEqual(lowest.start, lowest.floor);
  near(lowest.start, [...Array(5).fill(0.95), ...Array(5).fill(0.35)]);
});

Deno.test("movingClasses() are the second half; the middle class of an odd number is head", () => {
  deepStrictEqual(movingClasses([9, 5, 1]), [0, 0, 1]);
  deepStrictEqual(movingClasses([1, 9]), [1, 0]);
});

Deno.test("countFalls() counts moving classes whose bias exceeds the limit", () => {
  const falls = countFalls(Int32Array.of(0, 0, 4, 4), {
    bias: [2, 1.5, 1.01, 1],
    nu: 1,
    moving: [0, 1, 1, 1],
  });
  deepStrictEqual([...falls], [0, 1, 5, 4]);
});

Deno.test("currentThresholds() stops at the floor", () => {
  const plan = { start: [0.95, 0.75], floor: [0.95, 0.74] };
  near(currentThresholds(plan, { falls: [0, 1], alpha: 0.005 }), [0.95, 0.745]);
  near(currentThresholds(plan, { falls: [0, 99], alpha: 0.005 }), [0.95, 0.74]);
});
