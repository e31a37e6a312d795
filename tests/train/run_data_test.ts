import assert from "node:assert/strict";
import { join } from "node:path";
import { type PartMeta, writeInt32, writeJson } from "../../src/data/part_files.ts";
import { disposeImages, readRunData } from "../../src/train/run_data.ts";
import { inTemporaryDirectory } from "../data/fixtures.ts";

const [HEIGHT, WIDTH] = [4, 5];
const BYTES = HEIGHT * WIDTH * 3;

/** Image `index` of a part: every byte tells which image and byte it is. */
function image(index: number): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, i) => (index * 7 + i) & 255);
}

async function writePart(directory: string, part: "train" | "test", count: number): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const images = new Uint8Array(count * BYTES);
  for (let index = 0; index < count; index++) images.set(image(index), index * BYTES);
  const meta: PartMeta = {
    dataset: "made",
    part,
    count,
    height: HEIGHT,
    width: WIDTH,
    channels: 3,
    classes: 5,
    class_names: ["a", "b", "c", "d", "e"],
    mean: [0.1, 0.2, 0.3],
    std: [1, 1, 1],
    official_count: 2 * count,
    source: "made",
    fixed_split: false,
  };
  await Deno.writeFile(join(directory, "images.bin"), images);
  await writeInt32(
    join(directory, "labels.bin"),
    Int32Array.from({ length: count }, (_, i) => i % 5),
  );
  await writeJson(join(directory, "meta.json"), meta);
}

async function writeSplit(directory: string, indices: readonly number[]): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await writeInt32(join(directory, "indices.bin"), Int32Array.from(indices));
  await writeJson(join(directory, "meta.json"), { counts: [indices.length, 0, 0, 0, 0] });
}

/** More images than are read at a time, in files below `root`. */
async function write(root: string, splits: {
  readonly labelled: readonly number[];
  readonly unlabelled?: readonly number[];
}) {
  const paths = {
    images: join(root, "train"),
    test: join(root, "test"),
    labelled: join(root, "l"),
  };
  await writePart(paths.images, "train", COUNT);
  await writePart(paths.test, "test", 9);
  await writeSplit(paths.labelled, splits.labelled);
  if (splits.unlabelled === undefined) return paths;
  await writeSplit(join(root, "u"), splits.unlabelled);
  return { ...paths, unlabelled: join(root, "u") };
}

const COUNT = 80_000;

Deno.test("readRunData() lays labelled, then unlabelled images into one array, whatever their order", async () => {
  await inTemporaryDirectory(async (root) => {
    const labelled = [COUNT - 1, 3, 0, 69_905, 69_906];
    const unlabelled = [5, 3, 4, COUNT - 2, COUNT - 1, 0];
    const data = await readRunData(await write(root, { labelled, unlabelled }));
    const used = [...labelled, ...unlabelled];
    assert.deepEqual(
      [data.train.count, data.labelled_count, data.unlabelled_count, data.train.images.length],
      [11, 5, 6, 11 * BYTES],
    );
    for (const [place, index] of used.entries()) {
      const found = data.train.images.subarray(place * BYTES, (place + 1) * BYTES);
      assert.deepEqual(found, image(index), `place ${place}`);
    }
    assert.deepEqual([...data.train.labels], used.map((index) => index % 5));
    assert.deepEqual([data.labelled_counts, data.unlabelled_counts], [[5, 0, 0, 0, 0], [
      6,
      0,
      0,
      0,
      0,
    ]]);
    assert.deepEqual([data.test.count, data.official_test_count], [9, 18]);
    assert.deepEqual(data.test.images.subarray(8 * BYTES), image(8));
  });
});

Deno.test("readRunData() takes along the ratio that the labelled images were asked for with", async () => {
  await inTemporaryDirectory(async (root) => {
    const paths = await write(root, { labelled: [1, 2] });
    assert.equal((await readRunData(paths)).labelled_ratio, undefined);
    await writeJson(join(paths.labelled, "meta.json"), { counts: [2, 0, 0, 0, 0], ratio: 20 });
    assert.equal((await readRunData(paths)).labelled_ratio, 20);
  });
});

Deno.test("readRunData() refuses files that do not fit together", async () => {
  await inTemporaryDirectory(async (root) => {
    const paths = await write(root, { labelled: [1, COUNT] });
    await assert.rejects(readRunData(paths), /Expected an index below 80000, found 80000/);
    await writeSplit(paths.labelled, [1, -1]);
    await assert.rejects(readRunData(paths), /found -1/);
    await writeSplit(paths.labelled, [1]);
    assert.equal((await readRunData(paths)).unlabelled_count, 0);
    await Deno.truncate(join(paths.test, "images.bin"), 8 * BYTES);
    await assert.rejects(readRunData(paths), /expected 9 images of 4×5×3 .* found 480 bytes/);
  });
});

Deno.test("disposeImages() gives the images' memory back, not that of others", async () => {
  await inTemporaryDirectory(async (root) => {
    const data = await readRunData(await write(root, { labelled: [1, 2] }));
    const { disposable_images: _, ...kept } = data;
    disposeImages(kept);
    assert.equal(data.train.images.length, 2 * BYTES);
    disposeImages(data);
    assert.deepEqual([data.train.images.length, data.test.images.length], [0, 0]);
    assert.deepEqual([data.train.count, [...data.train.labels]], [2, [1, 2]]);
  });
});
