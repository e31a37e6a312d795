import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { OfficialFiles } from "../../src/data/checksums.ts";
import { importLoader } from "../../src/data/loader.ts";
import { locate } from "../../src/data/locate.ts";
import { hex, inTemporaryDirectory, records, smallCifar10, tar, writeFiles } from "./fixtures.ts";
import { pythonBatch } from "./pickle_fixtures.ts";

/** The python version of records of the binary version. */
function toPython(bytes: Uint8Array, labelKey: string, labelBytes = 1): Uint8Array {
  const record = labelBytes + 3072;
  const count = bytes.length / record;
  const planes = new Uint8Array(count * 3072);
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    labels.push(bytes[i * record + labelBytes - 1]!);
    planes.set(bytes.subarray(i * record + labelBytes, (i + 1) * record), i * 3072);
  }
  return pythonBatch(planes, { labels, labelKey, width: 3072 });
}

function published(files: Readonly<Record<string, Uint8Array>>, dataset: string) {
  const folder = dataset === "cifar-10" ? "cifar-10-batches-py" : "cifar-100-python";
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name: `${folder}/${name}`,
    bytes,
  }));
  const archive = new Uint8Array(gzipSync(tar([
    { name: `${folder}/readme.html`, bytes: new Uint8Array(3) },
    ...entries,
  ])));
  const python: OfficialFiles = {
    archive: {
      name: `${dataset}-python.tar.gz`,
      url: "",
      bytes: archive.length,
      md5: hex("md5", archive),
    },
    folder,
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, { md5: hex("md5", bytes) }]),
    ),
  };
  return { archive, python };
}

async function load(dataset: string, options: {
  readonly root: string;
  readonly python: OfficialFiles;
}) {
  const located = await locate({ dataset, cache: new Map(), ...options });
  assert.ok("found" in located, JSON.stringify(located));
  const set = await (await importLoader(located.found.kind)).load({
    dataset,
    ...located.found,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  return { kind: located.found.kind, set };
}

const cifar10 = Object.fromEntries(
  Object.entries(smallCifar10().files).map((
    [name, bytes],
  ) => [name.replace(".bin", ""), toPython(bytes, "labels")]),
);

Deno.test("the python version of CIFAR-10 gives the same set as the binary version", async () => {
  const { archive, official } = smallCifar10();
  const { archive: packed, python } = published(cifar10, "cifar-10");
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, { "cifar-10/cifar-10-binary.tar.gz": archive });
    const binary = await locate({ dataset: "cifar-10", root, cache: new Map(), official });
    assert.ok("found" in binary && binary.found.kind === "archive");
    const expected = await (await importLoader("archive")).load({
      dataset: "cifar-10",
      ...binary.found,
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    await Deno.remove(join(root, "cifar-10/cifar-10-binary.tar.gz"));
    await writeFiles(root, { "cifar-10/cifar-10-python.tar.gz": packed });
    assert.deepEqual(await load("cifar-10", { root, python }), {
      kind: "python-archive",
      set: expected,
    });
    await writeFiles(join(root, "cifar-10/cifar-10-batches-py"), cifar10);
    assert.deepEqual(await load("cifar-10", { root, python }), { kind: "python", set: expected });
  });
});

Deno.test("the python version of CIFAR-100 has its fine labels", async () => {
  const files = {
    train: toPython(records([[3, 99], [4, 0], [1, 57]]), "fine_labels", 2),
    test: toPython(records([[3, 20]]), "fine_labels", 2),
  };
  const { archive, python } = published(files, "cifar-100");
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, { "cifar-100/cifar-100-python.tar.gz": archive });
    const { set } = await load("cifar-100", { root, python });
    assert.deepEqual([...set.train.labels], [99, 0, 57]);
    assert.deepEqual([...set.test.labels], [20]);
    assert.deepEqual([...set.train.images.subarray(3072, 3078)], [1, 51, 101, 2, 52, 102]);
  });
});

Deno.test("the python loader names what is wrong in a batch", async () => {
  const planes = new Uint8Array(2 * 3072);
  const cases: [Uint8Array, RegExp][] = [
    [
      pythonBatch(planes, { labels: [1, 10], labelKey: "labels", width: 3072 }),
      /test_batch: picture 1 has label 10, expected one below 10/,
    ],
    [
      pythonBatch(planes, { labels: [1], labelKey: "labels", width: 3072 }),
      /test_batch: expected 1 pictures of 3072 bytes.*2 × 3072/,
    ],
    [
      pythonBatch(planes, { labels: [1, 2, 3, 4], labelKey: "labels", width: 1536 }),
      /test_batch: expected 4 pictures of 3072 bytes.*4 × 1536/,
    ],
    [
      pythonBatch(planes, { labels: [1, 2], labelKey: "fine_labels", width: 3072 }),
      /expected a list "labels" of integers, found the keys batch_label, fine_labels/,
    ],
    [new TextEncoder().encode("cposix\nsystem\n."), /asks for posix\.system/],
  ];
  for (const [bytes, message] of cases) {
    const { archive, python } = published({ ...cifar10, test_batch: bytes }, "cifar-10");
    await inTemporaryDirectory(async (root) => {
      await writeFiles(root, { "cifar-10/cifar-10-python.tar.gz": archive });
      await assert.rejects(load("cifar-10", { root, python }), message);
    });
  }
});

Deno.test("an archive with a member that leaves its directory is refused by name", async () => {
  const archive = new Uint8Array(gzipSync(tar([
    { name: "cifar-10-batches-py/../../../.bashrc", bytes: new Uint8Array(9) },
  ])));
  const { python } = published(cifar10, "cifar-10");
  const files = {
    ...python,
    archive: { ...python.archive, bytes: archive.length, md5: hex("md5", archive) },
  };
  await inTemporaryDirectory(async (root) => {
    await writeFiles(root, { "cifar-10/cifar-10-python.tar.gz": archive });
    await assert.rejects(
      load("cifar-10", { root, python: files }),
      /not a readable archive \(The name "cifar-10-batches-py\/\.\.\/\.\.\/\.\.\/\.bashrc" would leave/,
    );
  });
});
