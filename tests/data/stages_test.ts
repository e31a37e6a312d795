import assert from "node:assert/strict";
import { join } from "node:path";
import { readInt32, readPartMeta } from "../../src/data/part_files.ts";
import { locate } from "../../src/data/locate.ts";
import { prepare } from "../../stages/prepare.ts";
import { split } from "../../stages/split.ts";
import { inTemporaryDirectory } from "./fixtures.ts";
import { runStage } from "./run_stage.ts";

async function bytesBelow(directory: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for await (const { name } of Deno.readDir(directory)) {
    found[name] = await Deno.readFile(join(directory, name));
  }
  return found;
}

const synthetic = { classes: 4, size: 8, train_per_class: 50, test_per_class: 5 };
const source = { kind: "synthetic", digest: "parameters" };

Deno.test("prepare and split write the synthetic set; the labelled bytes ignore the unlabelled request", async () => {
  await inTemporaryDirectory(async (directory) => {
    await runStage(prepare, { params: { dataset: "synthetic", source, synthetic }, directory });
    const train = join(directory, "train");
    const meta = await readPartMeta(train);
    assert.deepEqual([meta.count, meta.classes, meta.fixed_split], [200, 4, false]);
    assert.equal((await Deno.stat(join(train, "images.bin"))).size, 200 * 8 * 8 * 3);
    const labelled = { head: 20, ratio: 4 };
    const outputs: Record<string, Uint8Array>[] = [];
    for (const unlabelled of [null, "rest", { head: 30, ratio: 4, shape: "inverse" }]) {
      const to = join(directory, `split${outputs.length}`);
      await runStage(split, {
        params: { labelled, unlabelled, seed: 1 },
        directory: to,
        inputs: { train },
      });
      outputs.push(await bytesBelow(join(to, "labelled")));
    }
    assert.deepEqual(outputs[1], outputs[0]);
    assert.deepEqual(outputs[2], outputs[0]);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(outputs[0]!["meta.json"])), {
      counts: [20, 12, 7, 5],
      ratio: 4,
      rule: "usb",
      seed: 1,
      fixed: false,
    });
    assert.equal((await readInt32(join(directory, "split0/unlabelled/indices.bin"))).length, 0);
    assert.equal((await readInt32(join(directory, "split1/unlabelled/indices.bin"))).length, 156);
  });
});

Deno.test("split puts labelled images in front of the unlabelled ones, too, where it is asked", async () => {
  await inTemporaryDirectory(async (directory) => {
    await runStage(prepare, { params: { dataset: "synthetic", source, synthetic }, directory });
    const drawn = async (name: string, more: { readonly with_labelled?: true }) => {
      const to = join(directory, name);
      const unlabelled = { head: 20, ratio: 4, shape: "inverse" };
      const params = { labelled: { head: 20, ratio: 4 }, unlabelled, seed: 1, ...more };
      const inputs = { train: join(directory, "train") };
      await runStage(split, { params, directory: to, inputs });
      return {
        labelled: await bytesBelow(join(to, "labelled")),
        indices: await readInt32(join(to, "unlabelled/indices.bin")),
        counts: JSON.parse(await Deno.readTextFile(join(to, "unlabelled/meta.json"))).counts,
        own: await readInt32(join(to, "labelled/indices.bin")),
      };
    };
    const without = await drawn("without", {});
    const both = await drawn("both", { with_labelled: true });
    assert.deepEqual(both.labelled, without.labelled);
    assert.deepEqual([...both.indices], [...without.own, ...without.indices]);
    assert.deepEqual([without.counts, both.counts], [[5, 7, 12, 20], [25, 19, 19, 25]]);
  });
});

const sample = new URL("../../../shared/data/cifar10-lt/", import.meta.url);
const noSample = await Deno.stat(sample).then(() => false, () => true);

Deno.test(
  { name: "prepare and split read the CIFAR-10 sample's fixed split", ignore: noSample },
  async () => {
    const folder = decodeURIComponent(sample.pathname);
    await inTemporaryDirectory(async (directory) => {
      const located = await locate({ dataset: "cifar-10", root: "", folder, cache: new Map() });
      assert.ok("found" in located);
      const { kind, digest, path } = located.found;
      await runStage(prepare, {
        params: { dataset: "cifar-10", source: { kind, digest } },
        directory,
        paths: { "cifar-10": path },
      });
      const train = join(directory, "train");
      const trainMeta = await readPartMeta(train);
      const testMeta = await readPartMeta(join(directory, "test"));
      assert.deepEqual([trainMeta.count, trainMeta.fixed_split, trainMeta.official_count], [
        11_158,
        true,
        50_000,
      ]);
      assert.deepEqual([testMeta.count, testMeta.official_count, testMeta.width], [
        4000,
        10_000,
        32,
      ]);
      const tail = (head: number) => ({ head, ratio: 100 });
      const inputs = { train };
      await runStage(split, {
        params: { labelled: tail(500), unlabelled: tail(4000), seed: 2 },
        directory,
        inputs,
      });
      const read = async (part: string) => ({
        indices: await readInt32(join(directory, part, "indices.bin")),
        meta: JSON.parse(await Deno.readTextFile(join(directory, part, "meta.json"))),
      });
      const [labelled, unlabelled] = [await read("labelled"), await read("unlabelled")];
      assert.deepEqual([labelled.indices.length, unlabelled.indices.length], [1236, 9922]);
      assert.deepEqual(labelled.meta, {
        counts: [500, 299, 179, 107, 64, 38, 23, 13, 8, 5],
        ratio: 100,
        rule: "usb",
        seed: null,
        fixed: true,
      });
      assert.equal(unlabelled.meta.ratio, undefined); // for the method to find out
      assert.deepEqual(unlabelled.meta.counts, [4000, 2397, 1437, 861, 516, 309, 185, 111, 66, 40]);
      await assert.rejects(
        runStage(split, {
          params: { labelled: tail(1500), unlabelled: null, seed: 0 },
          directory,
          inputs,
        }),
        /fixed split of 500 299 .* but 1500 899 .* were asked for/,
      );
    });
  },
);
