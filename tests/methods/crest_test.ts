import { deepStrictEqual } from "node:assert/strict";
import { crestPicks } from "../../src/methods/crest_picks.ts";
import { methodGenerations } from "../../src/methods/registry.ts";
import { withPicks } from "../../src/train/next_generation.ts";
import { goldenTest } from "../golden.ts";
import { assertSame, goldenLosses } from "./golden_losses.ts";

goldenTest("crest golden: picked images and classes in order", async () => {
  const { tensor, facts, cases } = await goldenLosses();
  for (const name of cases(/crest\d+/)) {
    const { alpha, labelled_counts: labelledCounts, picked_counts } = facts[name];
    const picks = crestPicks(tensor("crest.logits").data, {
      labelledCounts,
      positions: labelledCounts.map((_: number, k: number) => k), // the reference takes the index
      alpha,
    });
    assertSame(picks.indices, tensor(`${name}.picked_index`), `${name} indices`);
    assertSame(picks.labels, tensor(`${name}.picked_class`), `${name} classes`);
    const counts = labelledCounts.map(() => 0);
    for (const label of picks.labels) counts[label] += 1;
    deepStrictEqual(counts, picked_counts, name);
  }
});

Deno.test("crestPicks() takes all of the rarest class and a share of the most frequent one", () => {
  const logits = Float32Array.from({ length: 20 }, (_, i) => i % 2 === (i < 10 ? 0 : 1) ? i : 0);
  const { indices, labels } = crestPicks(logits, {
    labelledCounts: [8, 1],
    positions: [0, 1],
    alpha: 3,
  });
  // 5 images of each class; 5 · (1/8)^(1/3) = 2.5, and the later ones are surer.
  deepStrictEqual([...indices], [4, 3, 9, 8, 7, 6, 5]);
  deepStrictEqual([...labels], [0, 0, 1, 1, 1, 1, 1]);
});

Deno.test("methodGenerations() is one full training but for CReST", () => {
  deepStrictEqual(methodGenerations("fixmatch+la", {}), { count: 1, share: 1 });
  deepStrictEqual(methodGenerations("fixmatch+la+crest", { generations: 3 }), {
    count: 3,
    share: 0.25,
  });
});

Deno.test("withPicks() puts picked images before the labelled ones with their new classes", () => {
  const data = {
    height: 1,
    width: 1,
    channels: 1,
    classes: 2,
    mean: [0],
    std: [1],
    fixed_split: false,
    train: {
      count: 5,
      images: Uint8Array.of(10, 20, 30, 40, 50),
      labels: Int32Array.of(0, 1, 0, 0, 0),
    },
    labelled_count: 2,
    unlabelled_count: 3,
    labelled_counts: [1, 1],
    test: { count: 0, images: new Uint8Array(), labels: new Int32Array() },
    official_test_count: 0,
  };
  const next = withPicks(data, { indices: Int32Array.of(2, 0), labels: Int32Array.of(1, 1) });
  deepStrictEqual([...next.train.images], [50, 30, 10, 20, 30, 40, 50]);
  deepStrictEqual([...next.train.labels], [1, 1, 0, 1, 0, 0, 0]);
  deepStrictEqual([next.train.count, next.labelled_count, next.unlabelled_count], [7, 4, 3]);
  deepStrictEqual([next.labelled_counts, next.split_counts], [[1, 3], [1, 1]]);
});
