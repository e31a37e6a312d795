import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { classCounts } from "../../src/data/counts.ts";
import {
  type Anchor,
  anchors,
  divergence,
  EXPANSION,
  gaussianShape,
  nearestAnchor,
} from "../../src/methods/scssl_anchors.ts";

const LABELLED = [500, 299, 179, 107, 64, 38, 23, 13, 8, 5];
const DEFAULTS = { gaussian_spread: "std", gaussian_inverse: "complement" } as const;

function named(name: string, all: readonly Anchor[]): Anchor {
  return all.find((anchor) => anchor.name === name)!;
}

Deno.test("anchors() have the ratios of the paper", () => {
  const all = anchors(LABELLED, DEFAULTS);
  const ratio = (name: string) => named(name, all).gammaU;
  strictEqual(ratio("consistent"), 100);
  strictEqual(ratio("inverse"), 100);
  strictEqual(ratio("uniform"), 1);
  ok(Math.abs(ratio("gaussian") - 36.6) < 0.05);
  ok(Math.abs(ratio("gaussian-inverse") - 36.6) < 0.05);
  const narrow = anchors(LABELLED, { ...DEFAULTS, gaussian_spread: "variance" });
  strictEqual(Math.round(named("gaussian", narrow).gammaU), 403);
});

Deno.test("anchors() of the long-tail family have the ratio that was asked for, where rounding moved the counts'", () => {
  const counts = classCounts({ head: 150, ratio: 20, shape: "consistent" }, 100);
  const [head = 0, tail = 0] = [counts[0], counts.at(-1)];
  deepStrictEqual([head, tail], [150, 7]);
  const all = anchors(counts, { ...DEFAULTS, ratio: 20 });
  deepStrictEqual(["consistent", "uniform", "inverse"].map((name) => named(name, all).gammaU), [
    20,
    1,
    20,
  ]);
  ok(Math.abs(named("gaussian", all).gammaU - 20) > 1);
  strictEqual(named("consistent", anchors(counts, DEFAULTS)).gammaU, head / tail);
});

Deno.test("anchors() give each class the place that its labelled rank has", () => {
  const all = anchors([10, 40, 20], DEFAULTS);
  deepStrictEqual(named("consistent", all).shape, [10, 40, 20]);
  deepStrictEqual(named("inverse", all).shape, [40, 10, 20]);
});

Deno.test("anchors() invert a Gaussian by complement or by swapping halves", () => {
  const plain = gaussianShape(4, "std");
  const [low, high] = [plain[0]!, plain[1]!];
  const complement = named("gaussian-inverse", anchors([4, 3, 2, 1], DEFAULTS)).shape;
  deepStrictEqual(complement, [high + low - low, high + low - high, high + low - high, high]);
  const swapped = anchors([4, 3, 2, 1], { ...DEFAULTS, gaussian_inverse: "swap-halves" });
  deepStrictEqual(named("gaussian-inverse", swapped).shape, [high, low, low, high]);
});

Deno.test("EXPANSION holds the paper's factors", () => {
  deepStrictEqual(EXPANSION, {
    consistent: 4,
    uniform: 5,
    inverse: 6,
    gaussian: 4,
    "gaussian-inverse": 6,
  });
});

Deno.test("divergence() adds one count to each class and scales the shape", () => {
  strictEqual(divergence([5, 5], [100, 100]), 0);
  const expected = (10 / 11) * Math.log(10 / 5.5) + (1 / 11) * Math.log(1 / 5.5);
  ok(Math.abs(divergence([9, 0], [1, 1]) - expected) < 1e-15);
});

Deno.test("nearestAnchor() recognises each anchor from its own counts, zeros and all", () => {
  const all = anchors(LABELLED, DEFAULTS);
  for (const anchor of all) {
    const largest = Math.max(...anchor.shape);
    const counts = anchor.shape.map((value) => Math.floor((4000 * value) / largest));
    strictEqual(nearestAnchor(counts, all).name, anchor.name);
  }
  strictEqual(nearestAnchor([900, 100, 0, 0, 0, 0, 0, 0, 0, 0], all).name, "consistent");
});

Deno.test("nearestAnchor() takes the first of equal ones", () => {
  strictEqual(nearestAnchor([5, 5], anchors([7, 7], DEFAULTS)).name, "consistent");
});
