import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { officialFiles } from "../../src/data/checksums.ts";
import { importLoader } from "../../src/data/loader.ts";
import { locate, type LocateOptions } from "../../src/data/locate.ts";
import { synthesis } from "../../src/data/synthesis.ts";
import { UserError } from "../../src/errors.ts";
import { hex, inTemporaryDirectory, png, smallCifar10, writeFiles } from "./fixtures.ts";

async function found(options: LocateOptions) {
  const located = await locate(options);
  assert.ok("found" in located, JSON.stringify(located));
  return located.found;
}

async function refused(options: LocateOptions, message: RegExp): Promise<void> {
  await assert.rejects(locate(options), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

async function load(dataset: string, source: Awaited<ReturnType<typeof found>>) {
  const loader = await importLoader(source.kind);
  return await loader.load({
    dataset,
    ...source,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
}

Deno.test("locate() knows what the synthetic set holds", async () => {
  const source = await found({
    dataset: "synthetic",
    root: "data",
    cache: new Map(),
    synthesis: synthesis.parse({ classes: 3, train_per_class: 20 }),
  });
  assert.equal(source.kind, "synthetic");
  assert.deepEqual(source.facts.trainCounts, [20, 20, 20]);
});

Deno.test("locate() says what is missing and the command that gets it", async () => {
  await inTemporaryDirectory(async (root) => {
    const missing = async (dataset: string) => {
      const located = await locate({ dataset, root, cache: new Map() });
      assert.ok("missing" in located);
      return located.missing;
    };
    assert.match(
      await missing("cifar-10"),
      /cifar-10-binary\.tar\.gz.*deno task data get cifar-10/,
    );
    assert.match(
      await missing("stl-10"),
      /stl10_binary\.tar\.gz, stl10_binary\/.*deno task data get stl-10/,
    );
    assert.match(await missing("my-set"), /index\.csv, found none/);
    await writeFiles(root, { "cifar-10/cifar-10-binary.tar.gz.part": "abc" });
    assert.match(await missing("cifar-10"), /3 bytes of an unfinished download/);
  });
});

Deno.test("locate() refuses a named folder that is not there or holds nothing", async () => {
  await inTemporaryDirectory(async (root) => {
    const named = { dataset: "cifar-10", root, cache: new Map() };
    await refused(
      { ...named, folder: join(root, "no") },
      /--data cifar-10=.*no: there is no such folder/,
    );
    await refused(
      { ...named, folder: root },
      /--data cifar-10=.*: expected cifar-10-binary\.tar\.gz/,
    );
  });
});

Deno.test("locate() and the loader read archive and unpacked files alike, in torchvision's order", async () => {
  const { files, archive, official } = smallCifar10();
  await inTemporaryDirectory(async (root) => {
    const name = "cifar-10/cifar-10-binary.tar.gz";
    await writeFiles(root, { [name]: archive });
    const options = { dataset: "cifar-10", root, cache: new Map(), official };
    const packed = await found(options);
    assert.deepEqual([packed.kind, packed.digest], ["archive", `md5:${hex("md5", archive)}`]);
    assert.deepEqual((await found({ ...options, folder: join(root, name) })).digest, packed.digest);
    const set = await load("cifar-10", packed);
    assert.deepEqual([...set.train.labels], [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
    assert.deepEqual([...set.test.labels], [3, 4, 5]);
    assert.equal(set.train.officialCount, 50_000);
    // Image 3 of the training set, pixel 2: three planes 50 apart.
    assert.deepEqual([...set.train.images.subarray(3 * 3072 + 6, 3 * 3072 + 9)], [5, 55, 105]);

    await Deno.remove(join(root, name));
    for (const [file, bytes] of Object.entries(files)) {
      await writeFiles(join(root, "cifar-10/cifar-10-batches-bin"), { [file]: bytes });
    }
    const unpacked = await found(options);
    assert.equal(unpacked.kind, "binary");
    assert.deepEqual(await load("cifar-10", unpacked), set);
  });
});

Deno.test("locate() refuses truncated, wrong and swapped official files", async () => {
  const { files, archive, official } = smallCifar10();
  await inTemporaryDirectory(async (root) => {
    const path = "cifar-10/cifar-10-binary.tar.gz";
    const options = () => ({ dataset: "cifar-10", root, cache: new Map(), official });
    await writeFiles(root, { [path]: archive.subarray(0, -5) });
    await refused(
      options(),
      new RegExp(`truncated: expected ${archive.length} bytes, found ${archive.length - 5}`),
    );
    const flipped = archive.slice();
    flipped[100]! ^= 1;
    await writeFiles(root, { [path]: flipped });
    await refused(
      options(),
      new RegExp(`expected MD5 ${official.archive.md5}, found [0-9a-f]{32}`),
    );

    const folder = "cifar-10/cifar-10-batches-bin/";
    for (const [file, bytes] of Object.entries(files)) {
      await writeFiles(root, { [folder + file]: bytes });
    }
    await writeFiles(root, { [`${folder}data_batch_1.bin`]: files["data_batch_2.bin"]! });
    await refused(options(), /data_batch_1\.bin is not the official file: expected SHA-1/);
    await writeFiles(root, {
      [`${folder}data_batch_1.bin`]: files["data_batch_2.bin"]!.subarray(1),
    });
    await refused(options(), /data_batch_1\.bin is truncated/);
    await writeFiles(root, { [`${folder}data_batch_1.bin`]: files["data_batch_1.bin"]! });
    await Deno.remove(join(root, folder, "test_batch.bin"));
    await refused(options(), /found no test_batch\.bin/);
    // The first one, too, also beside a whole archive.
    await Deno.remove(join(root, folder, "data_batch_1.bin"));
    await refused(
      options(),
      /expected the 6 files of cifar-10-batches-bin, found no data_batch_1\.bin/,
    );
  });
});

Deno.test("the binary loader refuses bytes that changed since planning and archives that are none", async () => {
  const { archive } = smallCifar10();
  await inTemporaryDirectory(async (root) => {
    const path = join(root, "a.tar.gz");
    const source = {
      kind: "archive",
      path,
      digest: `md5:${hex("md5", archive)}`,
      facts: undefined!,
    } as const;
    await Deno.writeFile(path, gzipSync(new Uint8Array(2048)));
    await assert.rejects(load("cifar-10", source), /is not what it was when the run was planned/);
    await Deno.writeFile(path, archive.subarray(0, archive.length / 2));
    await assert.rejects(load("cifar-10", source), /not a readable archive/);
    await Deno.writeTextFile(path, "no gzip");
    await assert.rejects(load("cifar-10", source), /not a readable archive/);
  });
});

Deno.test("officialFiles() holds sizes that are whole records", () => {
  const bytes = (dataset: string) =>
    Object.values(officialFiles(dataset)!.files).map((file) => file.bytes);
  assert.deepEqual(bytes("cifar-10"), new Array(6).fill(10_000 * 3073));
  assert.deepEqual(bytes("cifar-100"), [50_000 * 3074, 10_000 * 3074]);
});

/** Two rows of 32 tiles of 8 × 8 pixels; every channel of tile t is t + 100 · channel. */
function sheet(): Promise<Uint8Array> {
  const pixels = new Uint8Array(256 * 16 * 3);
  for (let i = 0; i < 256 * 16; i++) {
    const tile = 32 * Math.floor(i / 256 / 8) + Math.floor((i % 256) / 8);
    pixels.set([tile, tile + 50, tile + 100], 3 * i);
  }
  return png(pixels, 256);
}

const header = "sheet,position,split,label,original_index\n";

Deno.test("locate() and the loader read sheets with a fixed split", async () => {
  await inTemporaryDirectory(async (folder) => {
    await writeFiles(folder, {
      "index.csv": `${header}s.png,33,labelled,1,900\ns.png,2,unlabelled,0,7\ns.png,63,test,1,5\n`,
      "s.png": await sheet(),
      "classes.txt": "cat\ndog\n",
      "dataset.json": JSON.stringify({ mean: [0.1, 0.2, 0.3], official_test_count: 50 }),
    });
    const cache = new Map<string, string>();
    const options = { dataset: "mine", root: "", folder, cache };
    const source = await found(options);
    assert.equal(source.kind, "indexed");
    assert.deepEqual(source.facts, {
      dataset: "mine",
      classNames: ["cat", "dog"],
      width: 8,
      height: 8,
      trainCounts: [1, 1],
      testCount: 1,
      fixed: { labelled: [0, 1], unlabelled: [1, 0] },
    });
    const remembered = cache.size;
    assert.equal((await found(options)).digest, source.digest);
    assert.equal(cache.size, remembered);
    const set = await load("mine", source);
    assert.deepEqual([...set.train.labels], [1, 0]);
    assert.deepEqual([...set.train.ids], [900, 7]);
    assert.deepEqual([...set.train.fixed!], [1, 0]);
    assert.deepEqual(set.normalisation.mean, [0.1, 0.2, 0.3]);
    assert.equal(set.test.officialCount, 50);
    for (
      const [images, tile, at] of [[set.train.images, 33, 0], [set.train.images, 2, 1], [
        set.test.images,
        63,
        0,
      ]] as const
    ) {
      const expected = Array.from({ length: 192 }, (_, i) => tile + 50 * (i % 3));
      assert.deepEqual([...images.subarray(at * 192, at * 192 + 192)], expected);
    }
    await writeFiles(folder, { "classes.txt": "cat\ncow\n" });
    assert.notEqual((await found(options)).digest, source.digest);
    await assert.rejects(load("mine", source), /is not what it was when the run was planned/);
  });
});

Deno.test("locate() and the loader read single images in several formats", async () => {
  const { default: sharp } = await import("sharp");
  await inTemporaryDirectory(async (folder) => {
    const grey = sharp(new Uint8Array(60).fill(80), { raw: { width: 6, height: 10, channels: 1 } });
    await writeFiles(folder, {
      "index.csv":
        "file,split,label\na/1.png,train,0\nb.webp,train,1\nc.jpg,test,0\nd.webp,test,1\n",
      "a/1.png": await png(new Uint8Array(180).fill(9), 6),
      "b.webp": await grey.clone().webp({ lossless: true }).toBuffer(),
      "c.jpg": await grey.clone().jpeg().toBuffer(),
      "d.webp": await grey.clone().webp().toBuffer(),
    });
    const source = await found({ dataset: "mine", root: "", folder, cache: new Map() });
    assert.deepEqual(source.facts.classNames, ["class 0", "class 1"]);
    assert.deepEqual([source.facts.width, source.facts.height], [6, 10]);
    assert.equal(source.facts.fixed, undefined);
    const set = await load("mine", source);
    assert.equal(set.train.fixed, undefined);
    assert.deepEqual([...set.train.images], [
      ...new Array(180).fill(9),
      ...new Array(180).fill(80),
    ]);
    assert.equal(set.test.images.length, 360);
  });
});

Deno.test("locate() says where an indexed folder is wrong", async () => {
  const picture = await sheet();
  const wide = await png(new Uint8Array(250 * 8 * 3), 250);
  const good = `${header}s.png,0,train,0,0\n`;
  const cases: [Record<string, Uint8Array | string>, RegExp, string?][] = [
    [{ "index.csv": "" }, /index\.csv:1:1 .*empty file/],
    [
      { "index.csv": `${good}s.png,64,test,0,0\n` },
      /index\.csv:3:7 Expected a position of 0 to 63 in s\.png, found 64/,
    ],
    [{ "index.csv": `${good}t.png,0,test,0,0\n` }, /index\.csv:3:1 There is no file .*t\.png/],
    [{ "index.csv": `${good}t.png,0,test,0,0\n`, "t.png": "" }, /index\.csv:3:1 .*t\.png is empty/],
    [
      { "index.csv": `${good}t.png,0,test,0,0\n`, "t.png": "hello" },
      /index\.csv:3:1 Expected .*t\.png to be a PNG/,
    ],
    [
      { "index.csv": `${header}t.png,0,test,0,0\n${good.slice(header.length)}`, "t.png": wide },
      /index\.csv:2:1 Expected t\.png to be 32 tiles wide/,
    ],
    [
      { "index.csv": `${good}t.png,0,test,0,0\n`, "t.png": wide },
      /index\.csv:3:1 Expected t\.png to be 32 tiles of 8 × 8/,
    ],
    [
      { "index.csv": `${good}s.png,1,test,2,0\n`, "classes.txt": "a\nb\n" },
      /index\.csv:3:14 Expected a label of 0 to 1, found 2/,
    ],
    [{ "index.csv": `${good}s.png,1,test,0,0\n`, "classes.txt": "a\n\nb\n" }, /classes\.txt:2:1 /],
    [
      { "index.csv": `${good}s.png,1,test,0,0\n`, "dataset.json": "{" },
      /dataset\.json: expected JSON/,
    ],
    [
      { "index.csv": `${good}s.png,1,test,0,0\n`, "dataset.json": '{"maen": [0,0,0]}' },
      /dataset\.json: .*maen/,
    ],
    [
      { "index.csv": `${good}s.png,1,test,0,0\n` },
      /expected images of 32 × 32 pixels for cifar-10/,
      "cifar-10",
    ],
    [{ "index.csv": `${good}s.png,1,test,10,0\n` }, /Expected a label of 0 to 9/, "cifar-10"],
  ];
  for (const [files, message, dataset = "mine"] of cases) {
    await inTemporaryDirectory(async (folder) => {
      await writeFiles(folder, { "s.png": picture, ...files });
      await refused({ dataset, root: "", folder, cache: new Map() }, message);
    });
  }
});
