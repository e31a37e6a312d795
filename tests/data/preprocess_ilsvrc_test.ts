import assert from "node:assert/strict";
import { join } from "node:path";
import { findIlsvrc } from "../../src/data/ilsvrc_files.ts";
import { readImagenet127 } from "../../src/data/imagenet127.ts";
import { locate, type LocateOptions } from "../../src/data/locate.ts";
import { Mt19937 } from "../../src/data/mt19937.ts";
import { numpyShuffle } from "../../src/data/numpy_shuffle.ts";
import { shrinkPicture } from "../../src/data/shrink_picture.ts";
import { UserError } from "../../src/errors.ts";
import { preprocess } from "../../stages/preprocess_imagenet127.ts";
import { hex, inTemporaryDirectory, png, tar, writeFiles } from "./fixtures.ts";
import {
  devkit,
  flatValidation,
  groundTruth,
  ilsvrcTars,
  kaggleSolution,
  pictureOf,
  trainFolders,
  trainingPictures,
  VALIDATION_COUNT,
  validationFolders,
  validationLabel,
  wnids,
} from "./ilsvrc_fixtures.ts";
import { pillowPictures } from "./pillow_pictures.ts";
import { runStage } from "./run_stage.ts";

type Files = Readonly<Record<string, Uint8Array | string>>;

async function assertRefused(result: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(result, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

async function find(root: string, options: Partial<LocateOptions> = {}) {
  const located = await locate({
    dataset: "imagenet-127-32",
    root,
    cache: new Map(),
    ilsvrc: {},
    ...options,
  });
  assert.ok("found" in located, JSON.stringify(located));
  return located.found;
}

async function run(root: string, { threads = 1 } = {}): Promise<string> {
  const { kind, digest, path } = await find(root);
  const out = join(root, "out");
  await runStage(preprocess, {
    params: { dataset: "imagenet-127-32", source: { kind, digest } },
    directory: out,
    checkpoints: join(root, "checkpoints"),
    paths: { "imagenet-127-32": path },
    threads,
  });
  return out;
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

/** Runs the stage on files in a data set's folder and takes its outputs. */
async function made(files: Files, options: { readonly threads?: number } = {}) {
  let found: Record<string, Uint8Array> = {};
  await inTemporaryDirectory(async (root) => {
    await writeFiles(join(root, "imagenet-127-32"), files);
    found = await contents(await run(root, options));
  });
  return found;
}

const truth = "ILSVRC2012_validation_ground_truth.txt";
const train = await trainFolders();
const unpacked: Files = { ...train, ...flatValidation(), [truth]: groundTruth() };

/** What one thread makes of plain folders. */
const plain = made(unpacked);

Deno.test("preprocess_imagenet127 shrinks ILSVRC-2012's pictures into an order drawn once", async () => {
  const { groupOfLabel, labelOfWnid } = await readImagenet127();
  const found = await plain;
  const integers = (name: string) => new Int32Array(found[name]!.buffer);
  const classes = (await wnids()).flatMap((wnid, place) =>
    new Array<string>(trainingPictures(place)).fill(wnid)
  );
  const order = Int32Array.from(classes.keys());
  numpyShuffle(order, new Mt19937(0));
  const meta = JSON.parse(new TextDecoder().decode(found["train/meta.json"]));
  assert.deepEqual([meta.count, meta.classes, meta.official_count], [1020, 127, 1_281_167]);
  assert.match(meta.source, /ILSVRC-2012, original pictures, shrunk by a box filter/);
  assert.deepEqual(integers("train/ids.bin"), order);
  assert.deepEqual(
    integers("train/labels.bin"),
    order.map((id) => groupOfLabel[labelOfWnid.get(classes[id]!)!]!),
  );
  const images = found["train/images.bin"]!;
  for (const row of [0, 1, 2, 500, 1019]) {
    const expected = await shrinkPicture(pictureOf(order[row]!), { name: "", edge: 32 });
    assert.deepEqual(images.subarray(3072 * row, 3072 * (row + 1)), expected, `row ${row}`);
  }
  const labels = integers("test/labels.bin");
  const test = found["test/images.bin"]!;
  assert.equal(labels.length, VALIDATION_COUNT);
  for (const row of labels.keys()) {
    assert.equal(labels[row], groupOfLabel[validationLabel(row + 1)]);
    const expected = await shrinkPicture(pictureOf(row + 3), { name: "", edge: 32 });
    assert.deepEqual(test.subarray(3072 * row, 3072 * (row + 1)), expected, `row ${row}`);
  }
});

Deno.test("preprocess_imagenet127 gives the same bytes for folders and archives, on one thread and on three", async () => {
  const expected = await plain;
  const tars = await ilsvrcTars();
  const prefixed = Object.fromEntries(
    Object.entries({ ...train, ...flatValidation() })
      .map(([name, bytes]) => [`ILSVRC/Data/CLS-LOC/${name}`, bytes]),
  );
  const forms: Record<string, Files> = {
    "archives": { ...tars, "ILSVRC2012_devkit_t12.tar.gz": devkit() },
    "validation in folders": { ...train, ...await validationFolders() },
    "Kaggle": { ...prefixed, "LOC_val_solution.csv": await kaggleSolution() },
  };
  for (const [name, files] of Object.entries(forms)) {
    assert.deepEqual(await made(files, { threads: 3 }), expected, name);
  }
});

Deno.test("preprocess_imagenet127 takes large pictures after the others, into their rows", async () => {
  const [width, height] = [2000, 1600];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i >> 9) & 255);
  const large = await png(pixels, width);
  const names = Object.keys(train).filter((_, i) => [3, 4, 900].includes(i));
  const files = { ...unpacked, ...Object.fromEntries(names.map((name) => [name, large])) };
  const one = await made(files, { threads: 3 });
  const expected = await shrinkPicture(large, { name: "", edge: 32 });
  const order = new Int32Array(one["train/ids.bin"]!.buffer);
  const images = one["train/images.bin"]!;
  for (const id of [3, 4, 900]) {
    const row = order.indexOf(id);
    assert.deepEqual(images.subarray(3072 * row, 3072 * (row + 1)), expected, `picture ${id}`);
  }
});

Deno.test("preprocess_imagenet127 names a picture that cannot be read, in folders and archives", async () => {
  const name = "n02128385/n02128385_5.JPEG";
  const cut = pillowPictures.rgb.bytes.subarray(0, 700);
  const damaged: Files = { ...unpacked, [`train/${name}`]: cut };
  const expected = new RegExp(`train/${name}: not a readable picture`);
  await assertRefused(made(damaged, { threads: 2 }), expected);
  const inner = tar([{ name: "n02128385_5.JPEG", bytes: cut }]);
  await assertRefused(
    made({ ...await ilsvrcTars({ n02128385: inner }), [truth]: groundTruth() }),
    /ILSVRC2012_img_train\.tar: n02128385\.tar: n02128385_5\.JPEG: not a readable picture/,
  );
  const evil = tar([{ name: "../n02128385_5.JPEG", bytes: pillowPictures.rgb.bytes }]);
  await assertRefused(
    made({ ...await ilsvrcTars({ n02128385: evil }), [truth]: groundTruth() }, { threads: 2 }),
    /n02128385\.tar: The name "\.\.\/n02128385_5\.JPEG" would leave the directory/,
  );
  await assertRefused(
    made({ ...await ilsvrcTars({ n02128385: inner.subarray(0, 1024) }), [truth]: groundTruth() }),
    /n02128385\.tar: truncated: "n02128385_5\.JPEG" needs 1212 bytes of the archive, found 1024/,
  );
});

Deno.test("locate() names what is missing or wrong among ILSVRC-2012's files", async () => {
  const tars = await ilsvrcTars();
  const archive = tars["ILSVRC2012_img_train.tar"]!;
  /** What is changed in an unpacked folder: other contents, or null for none. */
  const changes: [Record<string, string | Uint8Array | null>, RegExp][] = [
    [
      { "train/n01440764": null, "train/n01443537": null },
      /found 998 of them; missing: n01440764, n01443537$/,
    ],
    [{ "train/n00000001": "" }, /not among them: n00000001$/],
    [{ val: null }, /expected validation pictures of ILSVRC-2012.*found none/],
    [{ [truth]: null }, /expected the classes of the validation pictures.*devkit_t12\.tar\.gz/],
    [
      { [truth]: "1\n2\nx\n" },
      /ground_truth\.txt:3 Expected a label of 1 to 1000, found "x"/,
    ],
    [
      { [truth]: "1\n2\n" },
      /val_00000003\.JPEG: .* the classes of 2 pictures, but not of number 3/,
    ],
    [{ "val/cat.JPEG": "" }, /cat\.JPEG: expected a name like ILSVRC2012_val_00000001/],
    [
      {
        [truth]: null,
        "LOC_val_solution.csv": "ImageId,PredictionString\nILSVRC2012_val_00000001,n1 2 3",
      },
      /LOC_val_solution\.csv:2 Expected a picture and its class/,
    ],
    [
      { [truth]: null, "ILSVRC2012_devkit_t12.tar.gz": devkit().subarray(0, 90) },
      /devkit_t12\.tar\.gz: not a readable archive/,
    ],
  ];
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    await writeFiles(folder, unpacked);
    for (const [change, message] of changes) {
      for (const [name, content] of Object.entries(change)) {
        if (content === null) await Deno.remove(join(folder, name), { recursive: true });
        else await writeFiles(folder, { [name]: content });
      }
      await assertRefused(find(root), message);
      for (const name of Object.keys(change)) {
        await Deno.remove(join(folder, name), { recursive: true }).catch(() => {});
        const own = Object.entries(unpacked).filter(([file]) => file.startsWith(name));
        await writeFiles(folder, Object.fromEntries(own));
      }
    }
    await find(root);
  });
  const packed: [Files, RegExp][] = [
    [
      { "ILSVRC2012_img_train.tar": archive.subarray(0, 1_000_000) },
      /ILSVRC2012_img_train\.tar: truncated.*found the end at 1000000/,
    ],
    [
      { "ILSVRC2012_img_train.tar": tar([{ name: "a.JPEG", bytes: new Uint8Array(4) }]) },
      /expected one archive for each class, as n01440764\.tar, found "a\.JPEG"/,
    ],
    [
      {
        "ILSVRC2012_img_val.tar": tar([{ name: "/ILSVRC2012_val_00000001.JPEG", bytes: archive }]),
      },
      /img_val\.tar: The name "\/ILSVRC2012_val_00000001\.JPEG" would leave the directory/,
    ],
  ];
  for (const [files, message] of packed) {
    await inTemporaryDirectory(async (root) => {
      await writeFiles(join(root, "imagenet-127-32"), {
        ...tars,
        [truth]: groundTruth(),
        ...files,
      });
      await assertRefused(find(root), message);
    });
  }
});

Deno.test("locate() measures the published archives of ILSVRC-2012, and hashes them when it is thorough", async () => {
  const tars = await ilsvrcTars();
  const official = Object.fromEntries(
    Object.entries(tars).map((
      [name, bytes],
    ) => [name, { bytes: bytes.length, md5: hex("md5", bytes) }]),
  );
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    await writeFiles(folder, { ...tars, [truth]: groundTruth() });
    const { kind, departures, facts } = await find(root, { ilsvrc: official, thorough: true });
    assert.deepEqual([kind, facts.testCount], ["ilsvrc", VALIDATION_COUNT]);
    assert.match(departures![0]!.ours, /shrunk here by a box filter/);
    await assert.rejects(
      locate({ dataset: "imagenet-127-32", root, cache: new Map() }),
      /ILSVRC2012_img_train\.tar is truncated: expected 147897477120 bytes, found \d+/,
    );
    const swapped = tars["ILSVRC2012_img_val.tar"]!.slice();
    swapped[700]! ^= 1; // in the first picture
    await writeFiles(folder, { "ILSVRC2012_img_val.tar": swapped });
    await find(root, { ilsvrc: official });
    await assert.rejects(
      find(root, { ilsvrc: official, thorough: true }),
      /ILSVRC2012_img_val\.tar is not the official file: expected MD5 \w+, found \w+/,
    );
  });
});

Deno.test("locate() with one cache for all calls notices a picture that was written anew with another length", async () => {
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    await writeFiles(folder, unpacked);
    const cache = new Map<string, string>();
    let { digest } = await find(root, { cache });
    assert.equal((await find(root, { cache })).digest, digest);
    for (
      const name of [
        "train/n02128385/n02128385_5.JPEG",
        "val/ILSVRC2012_val_00000001.JPEG",
      ]
    ) {
      const home = join(folder, name, "..");
      const { mtime } = await Deno.stat(home);
      await Deno.writeFile(join(folder, name), new Uint8Array(12_345));
      assert.deepEqual((await Deno.stat(home)).mtime, mtime);
      const now = (await find(root, { cache })).digest;
      assert.notEqual(now, digest, name);
      digest = now;
    }
  });
});

Deno.test("locate() prefers the downsampled files, and says how ILSVRC-2012's pictures depart", async () => {
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "imagenet-127-32");
    assert.equal(await Deno.mkdir(folder).then(() => findIlsvrc(folder, [])), null);
    await writeFiles(folder, unpacked);
    const { departures, digest } = await find(root);
    assert.deepEqual(departures!.map(({ name, ours }) => [name, ours.slice(0, 11)]), [
      ["images", "ILSVRC-2012"],
      ["training images in the source", "1,020"],
    ]);
    // Another length of one picture is another source.
    await writeFiles(folder, { "train/n02128385/n02128385_5.JPEG": pillowPictures.png.bytes });
    assert.notEqual((await find(root)).digest, digest);
    await writeFiles(folder, { "train_data_batch_1": "" });
    await assert.rejects(find(root), /found no train_data_batch_2/);
  });
});
