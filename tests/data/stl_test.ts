import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { OfficialFiles } from "../../src/data/checksums.ts";
import { officialFiles } from "../../src/data/checksums.ts";
import { importLoader } from "../../src/data/loader.ts";
import { locate } from "../../src/data/locate.ts";
import { readInt32 } from "../../src/data/part_files.ts";
import { PilResize } from "../../src/data/pil_resize.ts";
import { prepare } from "../../stages/prepare.ts";
import { split } from "../../stages/split.ts";
import { hex, inTemporaryDirectory, tar, writeFiles } from "./fixtures.ts";
import { runStage } from "./run_stage.ts";

const PICTURE = 3 * 96 * 96;

/** Value of a channel of a made picture. */
function value(picture: number, c: number, y: number, x: number): number {
  return (picture * 31 + c * 70 + y * 2 + x * 3) % 256;
}

/** Pictures in STL-10's order: channel, column, row. */
function stored(pictures: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(pictures.length * PICTURE);
  let at = 0;
  for (const picture of pictures) {
    for (let c = 0; c < 3; c++) {
      for (let x = 0; x < 96; x++) {
        for (let y = 0; y < 96; y++) bytes[at++] = value(picture, c, y, x);
      }
    }
  }
  return bytes;
}

/** What a loader must make of a made picture. */
function expected(picture: number): Uint8Array {
  const pixels = new Uint8Array(PICTURE);
  for (let i = 0; i < PICTURE; i++) {
    const pixel = Math.floor(i / 3);
    pixels[i] = value(picture, i % 3, Math.floor(pixel / 96), pixel % 96);
  }
  const target = new Uint8Array(3072);
  new PilResize({ width: 96, height: 96, edge: 32, filter: "bilinear" }).resize(pixels, target);
  return target;
}

function smallStl(changes: Readonly<Record<string, Uint8Array>> = {}) {
  const files: Record<string, Uint8Array> = {
    "test_X.bin": stored([10]),
    "test_y.bin": Uint8Array.of(3),
    "train_X.bin": stored([1, 2]),
    "train_y.bin": Uint8Array.of(10, 1),
    "unlabeled_X.bin": stored([5, 6, 7]),
    ...changes,
  };
  const other = [
    "class_names.txt",
    "fold_indices.txt",
  ].map((name) => ({ name: `stl10_binary/${name}`, bytes: new TextEncoder().encode("text") }));
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name: `stl10_binary/${name}`,
    bytes,
  }));
  const archive = new Uint8Array(
    gzipSync(tar([
      { name: "stl10_binary/", bytes: new Uint8Array(0), type: "5" },
      ...other,
      ...entries,
    ])),
  );
  const official: OfficialFiles = {
    archive: {
      name: "stl10_binary.tar.gz",
      url: "",
      bytes: archive.length,
      md5: hex("md5", archive),
    },
    folder: "stl10_binary",
    files: Object.fromEntries(
      Object.entries(files).map((
        [name, bytes],
      ) => [name, { bytes: bytes.length, md5: hex("md5", bytes) }]),
    ),
  };
  return { files, archive, official };
}

async function load(root: string, official: OfficialFiles) {
  const located = await locate({ dataset: "stl-10", root, cache: new Map(), official });
  assert.ok("found" in located);
  const progress: [number, number][] = [];
  const set = await (await importLoader(located.found.kind)).load({
    dataset: "stl-10",
    ...located.found,
    signal: new AbortController().signal,
    onProgress: (done, total) => progress.push([done, total]),
  });
  return { found: located.found, set, progress };
}

Deno.test("the STL-10 loader reads archive and unpacked files alike: columns first, resized as Pillow does", async () => {
  const { files, archive, official } = smallStl();
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, { "stl-10/stl10_binary.tar.gz": archive });
    const packed = await load(root, official);
    assert.equal(packed.found.kind, "stl-archive");
    const { facts } = packed.found;
    assert.deepEqual([facts.width, facts.testCount, facts.trainCounts![0]], [32, 8000, 500]);
    const { train, test, width } = packed.set;
    assert.equal(width, 32);
    assert.deepEqual([...train.labels], [9, 0, -1, -1, -1]);
    assert.deepEqual([...test.labels], [2]);
    assert.deepEqual([...train.ids], [0, 1, 2, 3, 4]);
    assert.deepEqual([train.officialCount, test.officialCount], [105_000, 8000]);
    for (const [at, picture] of [1, 2, 5, 6, 7].entries()) {
      assert.deepEqual(train.images.subarray(at * 3072, (at + 1) * 3072), expected(picture));
    }
    assert.deepEqual(test.images, expected(10));
    assert.deepEqual(packed.progress.at(-1), [6, 113_000]);

    await Deno.remove(join(root, "stl-10/stl10_binary.tar.gz"));
    await writeFiles(join(root, "stl-10/stl10_binary"), files);
    const unpacked = await load(root, official);
    assert.equal(unpacked.found.kind, "stl");
    assert.deepEqual(unpacked.set, packed.set);
  });
});

Deno.test("the STL-10 loader refuses files that do not fit together", async () => {
  const cases: [Record<string, Uint8Array>, RegExp][] = [
    [{ "train_y.bin": Uint8Array.of(1) }, /expected 2 labels in train_y\.bin.*found 1/],
    [
      { "train_y.bin": Uint8Array.of(1, 0) },
      /picture 1 has label 0 in train_y\.bin, expected one of 1 to 10/,
    ],
    [{ "test_y.bin": Uint8Array.of(11) }, /picture 0 has label 11 in test_y\.bin/],
    [
      { "unlabeled_X.bin": stored([1]).subarray(1) },
      /pictures of 27648 bytes in unlabeled_X\.bin, found 27647/,
    ],
  ];
  for (const [changes, message] of cases) {
    const { archive, official } = smallStl(changes);
    await inTemporaryDirectory(async (root) => {
      await writeFiles(root, { "stl-10/stl10_binary.tar.gz": archive });
      await assert.rejects(load(root, official), message);
    });
  }
});

Deno.test("locate() names a truncated, a swapped and a wrong file of STL-10", async () => {
  const { files, archive, official } = smallStl();
  const rejects = (root: string, message: RegExp) =>
    assert.rejects(locate({ dataset: "stl-10", root, cache: new Map(), official }), message);
  await inTemporaryDirectory(async (root) => {
    const path = "stl-10/stl10_binary.tar.gz";
    await writeFiles(root, { [path]: archive.subarray(0, 100) });
    await rejects(root, /stl10_binary\.tar\.gz is truncated: expected \d+ bytes, found 100/);
    await writeFiles(root, { [path]: new Uint8Array(archive.length) });
    await rejects(root, /expected MD5 [0-9a-f]{32}, found/);
    await writeFiles(join(root, "stl-10/stl10_binary"), {
      ...files,
      "unlabeled_X.bin": stored([7, 6, 5]),
    });
    await rejects(root, /unlabeled_X\.bin is not the official file: expected MD5/);
    await Deno.remove(join(root, "stl-10/stl10_binary/test_y.bin"));
    await writeFiles(join(root, "stl-10/stl10_binary"), files);
    await Deno.remove(join(root, "stl-10/stl10_binary/test_y.bin"));
    await rejects(root, /found no test_y\.bin/);
  });
});

Deno.test("officialFiles() has the sizes of STL-10's whole pictures", () => {
  const { files } = officialFiles("stl-10")!;
  assert.deepEqual(Object.entries(files).map(([name, { bytes }]) => [name, bytes]), [
    ["train_X.bin", 5000 * PICTURE],
    ["train_y.bin", 5000],
    ["unlabeled_X.bin", 100_000 * PICTURE],
    ["test_X.bin", 8000 * PICTURE],
    ["test_y.bin", 8000],
  ]);
});

Deno.test("prepare and split give STL-10's labelled images and all images as unlabelled ones", async () => {
  const { archive, official } = smallStl();
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, { "stl-10/stl10_binary.tar.gz": archive });
    const located = await locate({ dataset: "stl-10", root, cache: new Map(), official });
    assert.ok("found" in located);
    const { kind, digest, path } = located.found;
    await runStage(prepare, {
      params: { dataset: "stl-10", source: { kind, digest } },
      directory: root,
      paths: { "stl-10": path },
    });
    const inputs = { train: join(root, "train") };
    const ones = { fraction: 1 };
    await runStage(split, {
      params: { labelled: ones, unlabelled: "all", seed: 0 },
      directory: root,
      inputs,
    });
    const read = async (part: string) => ({
      indices: [...await readInt32(join(root, part, "indices.bin"))],
      meta: JSON.parse(await Deno.readTextFile(join(root, part, "meta.json"))),
    });
    const labelled = await read("labelled");
    assert.deepEqual(labelled.indices, [1, 0]);
    assert.deepEqual(labelled.meta.counts, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const unlabelled = await read("unlabelled");
    assert.deepEqual(unlabelled.indices, [2, 3, 4, 0, 1]);
    // The classes of three of them are not known.
    assert.equal(unlabelled.meta.counts, null);
  });
});
