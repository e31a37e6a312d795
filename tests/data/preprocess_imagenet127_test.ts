import assert from "node:assert/strict";
import { join } from "node:path";
import { BATCH_NAMES } from "../../src/data/downsampled_files.ts";
import { readImagenet127 } from "../../src/data/imagenet127.ts";
import { locate } from "../../src/data/locate.ts";
import { readInt32, readPartMeta } from "../../src/data/part_files.ts";
import { UserError } from "../../src/errors.ts";
import { preprocess } from "../../stages/preprocess_imagenet127.ts";
import { hex, inTemporaryDirectory, writeFiles } from "./fixtures.ts";
import { pythonBatch } from "./pickle_fixtures.ts";
import { runStage } from "./run_stage.ts";
import { npzBatch, zip } from "./zip_fixtures.ts";

const WIDTH = 3072;

/** Labels of a made batch; together the training batches have every class of ImageNet. */
function labelsOf(batch: number): number[] {
  return batch === 10
    ? Array.from({ length: 1300 }, (_, i) => 1 + (i * 7) % 1000)
    : Array.from({ length: 100 }, (_, i) => 1 + 10 * i + batch);
}

function planesOf(batch: number): Uint8Array {
  const count = labelsOf(batch).length;
  const planes = new Uint8Array(count * WIDTH);
  for (let i = 0; i < planes.length; i++) {
    const picture = Math.floor(i / WIDTH);
    planes[i] = (batch * 17 + picture * 3 + Math.floor((i % WIDTH) / 1024) * 80 + i % 61) & 255;
  }
  return planes;
}

type Form = "pickle" | "npz" | "packed";

/** The eleven files in one of the published forms. */
function files(form: Form): Record<string, Uint8Array> {
  const batches = BATCH_NAMES.map((name, batch) => ({
    name: form === "pickle" ? name : `${name}.npz`,
    bytes: form === "pickle"
      ? pythonBatch(planesOf(batch), {
        labels: labelsOf(batch),
        labelKey: "labels",
        width: WIDTH,
      })
      : npzBatch(planesOf(batch), {
        labels: labelsOf(batch),
        width: WIDTH,
        deflated: batch % 2 === 1,
      }),
  }));
  if (form !== "packed") return Object.fromEntries(batches.map(({ name, bytes }) => [name, bytes]));
  const pack = (some: typeof batches) =>
    zip(some.map((each, i) => ({ ...each, deflated: i % 3 !== 0 })));
  return {
    "Imagenet32_train_npz.zip": pack(batches.slice(0, 10)),
    "Imagenet32_val_npz.zip": pack(batches.slice(10)),
  };
}

async function find(root: string) {
  const located = await locate({
    dataset: "imagenet-127-32",
    root,
    cache: new Map(),
    archives: {},
  });
  assert.ok("found" in located, JSON.stringify(located));
  return located.found;
}

async function run(root: string, options: {
  readonly out: string;
  readonly test?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: () => void;
}) {
  const { kind, digest, path } = await find(root);
  const checkpoints = join(root, `checkpoints-${options.out}`);
  await Deno.mkdir(checkpoints, { recursive: true });
  await runStage(preprocess, {
    ...options,
    params: {
      dataset: "imagenet-127-32",
      source: { kind, digest },
      ...(options.test === undefined ? {} : { test: options.test }),
    },
    directory: join(root, options.out),
    checkpoints,
    paths: { "imagenet-127-32": path },
  });
  return join(root, options.out);
}

async function contents(directory: string): Promise<Record<string, Uint8Array>> {
  const found: Record<string, Uint8Array> = {};
  for (const part of ["train", "test"]) {
    for (const name of ["images.bin", "labels.bin", "ids.bin", "meta.json"]) {
      found[`${part}/${name}`] = await Deno.readFile(join(directory, part, name));
    }
  }
  return found;
}

Deno.test("preprocess_imagenet127 reads pickles, npz files and archives alike", async () => {
  const map = await readImagenet127();
  const made: Record<string, Uint8Array>[] = [];
  for (const form of ["pickle", "npz", "packed"] as const) {
    await inTemporaryDirectory(async (root) => {
      await writeFiles(join(root, "imagenet-127-32"), files(form));
      made.push(await contents(await run(root, { out: "out" })));
      if (form !== "pickle") return;
      const train = join(root, "out/train");
      const meta = await readPartMeta(train);
      assert.deepEqual([meta.count, meta.classes, meta.official_count, meta.width], [
        1000,
        127,
        1_281_167,
        32,
      ]);
      const labels = await readInt32(join(train, "labels.bin"));
      const expected = BATCH_NAMES.slice(0, 10).flatMap((_, batch) =>
        labelsOf(batch).map((label) => map.groupOfLabel[label]!)
      );
      assert.deepEqual([...labels], expected);
      const ids = await readInt32(join(train, "ids.bin"));
      assert.deepEqual([...ids], [...expected.keys()]);
      const images = await Deno.readFile(join(train, "images.bin"));
      // Picture 5 of the fourth batch, pixel 100: the same place of three planes.
      const planes = planesOf(3).subarray(5 * WIDTH);
      const at = (3 * 100 + 5) * WIDTH + 300;
      assert.deepEqual([...images.subarray(at, at + 3)], [
        planes[100],
        planes[1124],
        planes[2148],
      ]);
    });
  }
  assert.deepEqual(made[1], made[0]);
  assert.deepEqual(made[2], made[0]);
});

Deno.test("preprocess_imagenet127 gives the same bytes when it is stopped again and again", async () => {
  await inTemporaryDirectory(async (root) => {
    await writeFiles(join(root, "imagenet-127-32"), files("npz"));
    const whole = await contents(await run(root, { out: "whole" }));
    let stops = 0;
    let calls = 0;
    while (true) {
      const stop = new AbortController();
      try {
        await run(root, {
          out: "parts",
          signal: stop.signal,
          // Stops in the middle of a file, after its pictures were written and before they count.
          onProgress: () => [2, 3, 9, 16].includes(++calls) && stop.abort(new Error("stopped")),
        });
        break;
      } catch (error) {
        assert.match(String(error), /stopped/);
        stops++;
      }
      // What a crash leaves behind the last finished file must not matter.
      const images = join(root, "checkpoints-parts/train.images");
      const { size } = await Deno.stat(images);
      await Deno.writeFile(images, new Uint8Array(5000).fill(9), { append: size < 3_000_000 });
    }
    assert.ok(stops >= 3, `${stops} stops`);
    assert.deepEqual(await contents(join(root, "parts")), whole);
  });
});

Deno.test("preprocess_imagenet127 can take SimPro's 50 test images of each class", async () => {
  await inTemporaryDirectory(async (root) => {
    await writeFiles(join(root, "imagenet-127-32"), files("pickle"));
    const all = await run(root, { out: "all" });
    const some = await run(root, { out: "some", test: "simpro" });
    const labels = await readInt32(join(some, "test/labels.bin"));
    const ids = await readInt32(join(some, "test/ids.bin"));
    const allLabels = await readInt32(join(all, "test/labels.bin"));
    const available = new Map<number, number>();
    for (const label of allLabels) available.set(label, (available.get(label) ?? 0) + 1);
    for (const [label, count] of available) {
      assert.equal(labels.filter((each) => each === label).length, Math.min(50, count));
    }
    assert.ok(labels.length < allLabels.length);
    const images = await Deno.readFile(join(all, "test/images.bin"));
    const kept = await Deno.readFile(join(some, "test/images.bin"));
    for (const [at, id] of ids.entries()) {
      assert.equal(labels[at], allLabels[id]);
      assert.ok(at === 0 || id > ids[at - 1]!);
      if (at % 100 !== 0) continue;
      assert.deepEqual(
        kept.subarray(at * WIDTH, (at + 1) * WIDTH),
        images.subarray(id * WIDTH, (id + 1) * WIDTH),
      );
    }
  });
});

Deno.test("locate() and preprocess_imagenet127 name what is wrong with the files", async () => {
  const good = files("npz");
  const cases: [Record<string, Uint8Array>, RegExp][] = [
    [
      { "val_data.npz": good["val_data.npz"]!.subarray(0, 5000) },
      /val_data\.npz: truncated or no zip archive/,
    ],
    [
      { "val_data.npz": npzBatch(new Uint8Array(2 * 192), { labels: [1, 2], width: 192 }) },
      /val_data\.npz: expected 2 pictures of 3072 bytes \(32 pixels\).*2 × 192/,
    ],
    [
      { "val_data.npz": npzBatch(new Uint8Array(2 * WIDTH), { labels: [1, 1001], width: WIDTH }) },
      /val_data\.npz: picture 1 has label 1001, expected one of 1 to 1000/,
    ],
    [
      { "val_data.npz": npzBatch(new Uint8Array(2 * WIDTH), { labels: [1], width: WIDTH }) },
      /expected 1 pictures of 3072 bytes/,
    ],
    [
      { "val_data.npz": zip([{ name: "../data.npy", bytes: new Uint8Array(1) }]) },
      /val_data\.npz: the name "\.\.\/data\.npy" would leave the directory/,
    ],
    [
      { "val_data.npz": zip([{ name: "labels.npy", bytes: new Uint8Array(9) }]) },
      /expected an \.npy array/,
    ],
    [{ "val_data.npz": zip([]) }, /expected an array "labels"/],
  ];
  for (const [changes, message] of cases) {
    await inTemporaryDirectory(async (root) => {
      await writeFiles(join(root, "imagenet-127-32"), { ...good, ...changes });
      await assert.rejects(run(root, { out: "out" }), message);
    });
  }
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    const damaged = good["train_data_batch_2.npz"]!.slice();
    damaged[3000]! ^= 255;
    await writeFiles(folder, { ...good, "train_data_batch_2.npz": damaged });
    await assert.rejects(run(root, { out: "out" }), /data\.npy(: cannot be unpacked| is damaged)/);
    await Deno.remove(join(folder, "train_data_batch_7.npz"));
    await assert.rejects(find(root), /found no train_data_batch_7$/);
  });
  await inTemporaryDirectory(async (root) => {
    const located = await locate({ dataset: "imagenet-127-64", root, cache: new Map() });
    assert.ok("missing" in located);
    await writeFiles(join(root, "imagenet-127-64"), { "Imagenet32_val.zip": zip([]) });
    await assert.rejects(
      locate({ dataset: "imagenet-127-64", root, cache: new Map() }),
      /Imagenet32_val\.zip: expected pictures of 64 pixels, not 32/,
    );
  });
});

Deno.test("locate() checks the published archives of downsampled ImageNet by hash", async () => {
  const packed = files("packed");
  const archives = Object.fromEntries(
    Object.entries(packed).map((
      [name, bytes],
    ) => [name, { bytes: bytes.length, sha256: hex("sha256", bytes) }]),
  );
  await inTemporaryDirectory(async (root) => {
    const look = () => locate({ dataset: "imagenet-127-32", root, cache: new Map(), archives });
    const folder = join(root, "imagenet-127-32");
    await writeFiles(folder, packed);
    const located = await look();
    assert.ok("found" in located && located.found.kind === "downsampled");
    const { classNames, trainCounts, testCount } = located.found.facts;
    assert.deepEqual([classNames.length, trainCounts, testCount], [127, null, 50_000]);
    await assert.rejects(
      locate({ dataset: "imagenet-127-32", root, cache: new Map() }),
      /Imagenet32_train_npz\.zip is truncated: expected 3580435279 bytes/,
    );
    const swapped = packed["Imagenet32_val_npz.zip"]!.slice();
    swapped[60]! ^= 1;
    await writeFiles(folder, { "Imagenet32_val_npz.zip": swapped });
    await assert.rejects(
      look(),
      /Imagenet32_val_npz\.zip is not the official file: expected SHA-256/,
    );
  });
});

Deno.test("locate() opens the batches that no hash is published of when it is thorough", async () => {
  const check = async (root: string) => {
    const options = { dataset: "imagenet-127-32", root, cache: new Map(), archives: {} };
    const pictures = { train: 1000, test: 1300 };
    const located = await locate({ ...options, thorough: true, pictures });
    assert.ok("found" in located);
    assert.match(located.found.unpublished!, /no hash of it is published/);
  };
  const refused = async (root: string, message: RegExp) => {
    await find(root); // which does not look into them
    await assert.rejects(check(root), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  const pickles = files("pickle");
  const fifth = pickles["train_data_batch_5"]!;
  const of = (width: number) => {
    const labels = labelsOf(4).slice(0, 25);
    const planes = planesOf(4).subarray(0, 25 * width);
    return pythonBatch(planes, { labels, labelKey: "labels", width });
  };
  const wrong: [Record<string, Uint8Array>, RegExp][] = [
    [
      { train_data_batch_5: fifth.subarray(0, 1000) },
      /train_data_batch_5, byte \d+: truncated or no pickle/,
    ],
    [
      { train_data_batch_5: of(192) },
      /train_data_batch_5: expected 25 pictures of 3072 bytes .* found an array of 25 × 192/,
    ],
    [
      { train_data_batch_5: of(12_288) },
      /train_data_batch_5: expected 25 pictures of 3072 bytes .* found an array of 25 × 12288/,
    ],
    [
      { train_data_batch_5: pickles["val_data"]!, val_data: fifth }, // swapped
      /expected 1000 training and 1300 validation pictures, found 2200 and 100 \(.*train_data_batch_5 1300/,
    ],
  ];
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    await writeFiles(folder, pickles);
    await check(root);
    for (const [change, message] of wrong) {
      await writeFiles(folder, change);
      await refused(root, message);
      for (const name of Object.keys(change)) await writeFiles(folder, { [name]: pickles[name]! });
    }
  });
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    const npz = files("npz");
    await writeFiles(folder, npz);
    await check(root);
    const flipped = npz["train_data_batch_3.npz"]!;
    flipped[5000]! ^= 1; // a pixel of an array that is stored as it is
    await writeFiles(folder, { "train_data_batch_3.npz": flipped });
    await refused(root, /train_data_batch_3\.npz: data\.npy is damaged: expected \d+ bytes/);
  });
});

Deno.test("readImagenet127() puts every class into one of 127 groups", async () => {
  const { groupNames, groupOfLabel } = await readImagenet127();
  assert.equal(groupNames.length, 127);
  assert.equal(new Set(groupNames).size, 127);
  const sizes = new Array<number>(127).fill(0);
  for (const group of groupOfLabel.subarray(1)) sizes[group]! += 1;
  assert.equal(sizes.filter((size) => size === 1).length, 65);
  assert.equal(Math.min(...sizes), 1);
  assert.equal(sizes[groupNames.findIndex((name) => name.startsWith("mammal"))], 218);
});
