import assert from "node:assert/strict";
import { classCounts, countLabels, longTailCounts, usbCounts } from "../../src/data/counts.ts";
import { Mt19937 } from "../../src/data/mt19937.ts";
import { numpyShuffle } from "../../src/data/numpy_shuffle.ts";
import { parseIndexCsv } from "../../src/data/index_csv.ts";
import { splitIndices } from "../../src/data/split_indices.ts";
import { UserError } from "../../src/errors.ts";
import { hex } from "./fixtures.ts";
import { goldenJson, goldenTest } from "../golden.ts";

interface GoldenSplit {
  readonly K: number;
  readonly seed: number;
  readonly num_labels: number;
  readonly ulb_num_labels: number | null;
  readonly lb_imb_ratio: number;
  readonly ulb_imb_ratio: number;
  readonly lb_count: number[];
  readonly ulb_count: number[];
  readonly lb_n: number;
  readonly ulb_n: number;
  readonly lb_sha256: string;
  readonly ulb_sha256: string;
  readonly lb_first20: number[];
  readonly ulb_first20: number[];
  readonly lb_last5: number[];
  readonly ulb_last5: number[];
}

interface GoldenSplits {
  readonly n: number;
  readonly a: number;
  readonly b: number;
  readonly counts: { K: number; head: number; gamma: number; counts: number[] }[];
  readonly splits: GoldenSplit[];
  readonly short_slices: GoldenSplit[];
}

function request(golden: GoldenSplits, split: GoldenSplit) {
  const { n, a, b } = golden;
  const classes = split.K;
  return {
    labels: Int32Array.from({ length: n }, (_, i) => (a * i + b) % classes),
    labelled: usbCounts({ number: split.num_labels, ratio: split.lb_imb_ratio, classes }),
    unlabelled: split.ulb_num_labels === null
      ? "rest" as const
      : usbCounts({ number: split.ulb_num_labels, ratio: split.ulb_imb_ratio, classes }),
    seed: split.seed,
  };
}

function digest(indices: Int32Array): string {
  return hex("sha256", new Uint8Array(indices.buffer));
}

goldenTest("longTailCounts() equals the golden counts", async () => {
  const { counts } = await goldenJson<GoldenSplits>("splits.json");
  assert.ok(counts.length > 0);
  for (const { K, head, gamma, counts: expected } of counts) {
    assert.deepEqual(
      longTailCounts({ head, ratio: gamma, classes: K }),
      expected,
      `${head}, ${gamma}`,
    );
  }
});

goldenTest("splitIndices() equals the golden splits index for index", async () => {
  const golden = await goldenJson<GoldenSplits>("splits.json");
  assert.ok(golden.splits.length > 0);
  for (const split of golden.splits) {
    const { labelled, unlabelled } = splitIndices(request(golden, split));
    const name = JSON.stringify([split.K, split.seed, split.num_labels, split.ulb_num_labels]);
    assert.equal(labelled.length, split.lb_n, name);
    assert.equal(unlabelled.length, split.ulb_n, name);
    assert.deepEqual([...labelled.subarray(0, 20)], split.lb_first20, name);
    assert.deepEqual([...unlabelled.subarray(0, 20)], split.ulb_first20, name);
    assert.deepEqual([...labelled.subarray(-5)], split.lb_last5, name);
    assert.deepEqual([...unlabelled.subarray(-5)], split.ulb_last5, name);
    assert.equal(digest(labelled), split.lb_sha256, name);
    assert.equal(digest(unlabelled), split.ulb_sha256, name);
  }
});

goldenTest("splitIndices() refuses what the golden reference cuts short", async () => {
  const golden = await goldenJson<GoldenSplits>("splits.json");
  for (const split of golden.short_slices) {
    const { labels, labelled, unlabelled } = request(golden, split);
    const wanted = labelled.map((count, c) => count + (unlabelled === "rest" ? 0 : unlabelled[c]!));
    const available = countLabels(labels, split.K);
    const short = wanted.findIndex((count, c) => count > available[c]!);
    assert.throws(
      () => splitIndices(request(golden, split)),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(
          error.message,
          new RegExp(
            `^Class ${short} has ${available[short]} images, but .* \\(${wanted[short]} in all\\)`,
          ),
        );
        return true;
      },
    );
  }
});

Deno.test("splitIndices() names class, wanted and available images", () => {
  assert.throws(
    () =>
      splitIndices({
        labels: [0, 0, 1, 1, 1],
        labelled: [1, 2],
        unlabelled: [1, 2],
        seed: 0,
        classNames: ["cat", "dog"],
      }),
    (error) =>
      error instanceof UserError && /Class 1 \(dog\) has 3 images/.test(error.message) &&
      /2 labelled and 2 unlabelled ones \(4 in all\)/.test(error.message),
  );
});

Deno.test("splitIndices() draws the same labelled images whatever the unlabelled request is", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 10);
  const labelled = classCounts({ head: 40, ratio: 10, shape: "consistent" }, 10);
  const parts =
    ([null, "rest", classCounts({ head: 60, ratio: 10, shape: "inverse" }, 10)] as const)
      .map((unlabelled) => splitIndices({ labels, labelled, unlabelled, seed: 3 }));
  assert.deepEqual(parts[1]?.labelled, parts[0]?.labelled);
  assert.deepEqual(parts[2]?.labelled, parts[0]?.labelled);
  assert.equal(parts[0]?.unlabelled.length, 0);
  const both = [...parts[1]!.labelled, ...parts[1]!.unlabelled].sort((a, b) => a - b);
  assert.deepEqual(both, [...labels.keys()]);
});

Deno.test("numpyShuffle() equals numpy for two shuffles in a row", () => {
  const vectors: [number, number, number[], number[]][] = [
    [5000, 0, [398, 3833, 4836, 4572, 636, 2545], [597, 332, 521, 3935, 4800, 1102]],
    [5000, 2, [3566, 4252, 1918, 4111, 1471, 929], [1430, 1611, 92, 4033, 527, 2442]],
    [500, 1, [304, 340, 47, 67, 479, 485], [398, 24, 475, 6, 333, 330]],
  ];
  for (const [count, seed, first, second] of vectors) {
    const generator = new Mt19937(seed);
    for (const expected of [first, second]) {
      const values = Int32Array.from({ length: count }, (_, i) => i);
      numpyShuffle(values, generator);
      assert.deepEqual([...values.subarray(0, 6)], expected);
    }
  }
});

const sample = new URL("../../../shared/data/cifar10-lt/index.csv", import.meta.url);
const noSample = await Deno.stat(sample).then(() => false, () => true);

Deno.test({
  name: "splitIndices() draws the CIFAR-10 sample's images in its order",
  ignore: noSample,
}, async () => {
  const { entries } = parseIndexCsv(await Deno.readTextFile(sample), "index.csv");
  const generator = new Mt19937(0);
  for (let label = 0; label < 10; label++) {
    const ids = entries.filter((entry) => entry.label === label && entry.split !== "test")
      .map((entry) => entry.originalIndex);
    // Which index a position has in the full set is unknown here, but positions and indices are in the same order.
    const positions = Int32Array.from({ length: 5000 }, (_, i) => i);
    numpyShuffle(positions, generator);
    const drawn = positions.subarray(0, ids.length);
    const ranks = (values: ArrayLike<number>) => {
      const order = Array.from(values).map((value, at) => ({ value, at })).sort((a, b) =>
        a.value - b.value
      );
      return order.map(({ at }) => at);
    };
    assert.deepEqual(ranks(ids), ranks(drawn), `class ${label}`);
  }
});
