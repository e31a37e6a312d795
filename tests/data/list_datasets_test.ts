import assert from "node:assert/strict";
import { join } from "node:path";
import { DATASET_IDS } from "../../src/data/datasets.ts";
import { downloadable } from "../../src/data/get_dataset.ts";
import { checkDataset, listDatasets } from "../../src/data/list_datasets.ts";
import { inTemporaryDirectory, png, writeFiles } from "./fixtures.ts";

Deno.test("listDatasets() says of every known set what is there", async () => {
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, {
      "cifar-10/cifar-10-binary.tar.gz": "too short",
      "cifar-100/index.csv": "file,split,label\na.png,train,0\nb.png,test,99\n",
      "cifar-100/a.png": await png(new Uint8Array(3072), 32),
      "cifar-100/b.png": await png(new Uint8Array(3072), 32),
    });
    const list = await listDatasets(root);
    assert.deepEqual(list.map(({ id }) => id), DATASET_IDS);
    const states = Object.fromEntries(list.map(({ id, state }) => [id, state]));
    assert.deepEqual(states, {
      synthetic: "generated",
      "cifar-10": "damaged",
      "cifar-100": "there",
      "stl-10": "missing",
      "imagenet-127-32": "missing",
      "imagenet-127-64": "missing",
    });
    assert.deepEqual(list.map(({ bytes }) => bytes), [
      null,
      170_052_171,
      168_513_733,
      2_640_397_119,
      3_720_132_947,
      14_093_455_784,
    ]);
    const damaged = list.find(({ id }) => id === "cifar-10");
    assert.match(damaged!.note, /truncated: expected 170052171 bytes, found 9/);
    const there = list.find(({ id }) => id === "cifar-100");
    assert.deepEqual([there!.kind, there!.path], ["indexed", join(root, "cifar-100")]);
    const good = await checkDataset("cifar-100", { root });
    assert.ok("found" in good && good.found.facts.testCount === 1);
    await assert.rejects(checkDataset("cifar-10", { root }), /truncated/);
    assert.ok("missing" in await checkDataset("stl-10", { root }));
  });
});

Deno.test("downloadable() is true where getDataset() can help", () => {
  assert.deepEqual(DATASET_IDS.filter(downloadable), ["cifar-10", "cifar-100", "stl-10"]);
});
