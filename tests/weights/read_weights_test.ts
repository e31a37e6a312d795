import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { encodeSafetensors, safeTensor } from "../../src/train/safetensors.ts";
import { readWeights } from "../../src/weights/read_weights.ts";
import { pickle } from "../data/pickle_fixtures.ts";
import { zip } from "../data/zip_fixtures.ts";
import { BlobReader, BlobWriter, configure, ZipReader, ZipWriter } from "@zip.js/zip.js";

configure({ useWebWorkers: false });

const fixtures = new URL("fixtures/", import.meta.url);

function fixture(name: string): string {
  return new URL(name, fixtures).pathname;
}

/** The exact values that the fixtures hold. */
function ramp(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => (first + i) / 8 - 1);
}

async function plain(path: string, entry: string | null = null) {
  const weights = await readWeights(path, entry);
  return Object.fromEntries(
    [...weights].map(([name, { shape, data }]) => [name, [shape, [...data]]]),
  );
}

async function inTemporaryFile(bytes: Uint8Array, body: (path: string) => Promise<void>) {
  const root = await Deno.makeTempDir();
  try {
    const path = join(root, "weights");
    await Deno.writeFile(path, bytes);
    await body(path);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function refused(path: string, message: RegExp, entry: string | null = null): Promise<void> {
  return assert.rejects(readWeights(path, entry), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(error.message.startsWith(path), error.message);
    assert.match(error.message, message);
    return true;
  });
}

for (const name of ["state-dict", "state-dict-protocol-4", "state-dict-legacy"]) {
  Deno.test(`readWeights() reads every float type and any view of ${name}.pth`, async () => {
    assert.deepEqual(await plain(fixture(`${name}.pth`)), {
      "conv1.weight": [[2, 3, 1, 2], ramp(12)],
      "conv1.bias": [[2], ramp(2)],
      double: [[3], ramp(3)],
      half: [[3], ramp(3)],
      bfloat: [[3], ramp(3)],
      transposed: [[3, 2], [0, 3, 1, 4, 2, 5].map((i) => i / 8 - 1)],
      part: [[6], ramp(6, 6)],
      spread: [[2, 3], [-1, -1, -1, -0.875, -0.875, -0.875]],
      column: [[4], [2, 8, 14, 20].map((i) => i / 8 - 1)],
      "bn1.running_mean": [[2], ramp(2)],
    });
  });
}

for (const name of ["usb-checkpoint.pth", "usb-checkpoint-legacy.pth"]) {
  Deno.test(`readWeights() takes the model or its average out of ${name}`, async () => {
    const path = fixture(name);
    const model = await plain(path);
    const names = ["weight", "bias"].flatMap((part) =>
      ["conv1", "bn1", "classifier"].map((layer) => `${layer}.${part}`)
    );
    const statistics = ["bn1.running_mean", "bn1.running_var"];
    assert.deepEqual(Object.keys(model).sort(), [...names, ...statistics].sort());
    assert.deepEqual(model["classifier.weight"], [[2, 2], ramp(4).map((value) => value + 4)]);
    const average = await plain(path, "ema_model");
    assert.deepEqual(average["bn1.bias"], [[2], ramp(2).map((value) => value + 103)]);
    await refused(path, /expected weights under "best", found model, ema_model/, "best");
  });
}

Deno.test("readWeights() runs nothing and names what it refuses", async () => {
  for (const name of ["malicious.pth", "malicious-legacy.pth"]) {
    await refused(fixture(name), /asks for posix\.system: .*nothing is run/);
  }
  await refused(
    fixture("whole-module.pth"),
    /asks for torch\.nn\.modules\.linear\.Linear: .*torch\.save\(model\.state_dict\(\), file\)/,
  );
  await refused(fixture("state-dict.pth"), /found one state dict: leave out "#model"/, "model");
});

Deno.test("readWeights() refuses damaged files", async () => {
  for (const name of ["state-dict.pth", "state-dict-legacy.pth"]) {
    const good = await Deno.readFile(fixture(name));
    for (const length of [0, 3, 40, good.length >> 1, good.length - 1]) {
      await inTemporaryFile(good.subarray(0, length), (path) => refused(path, /./));
    }
  }
  const flipped = await Deno.readFile(fixture("state-dict.pth"));
  const value = flipped.findIndex((_, i) =>
    // -1 as float32, the first value of a storage
    flipped[i] === 0 && flipped[i + 1] === 0 && flipped[i + 2] === 0x80 && flipped[i + 3] === 0xbf
  );
  flipped[value] = 1;
  await inTemporaryFile(flipped, (path) => refused(path, /check sum of .* is wrong/));
  await inTemporaryFile(
    new TextEncoder().encode("<html>not found</html>"),
    (path) => refused(path, /expected a \.pth file of torch\.save or a safetensors file/),
  );
});

Deno.test("readWeights() refuses archives that torch.save did not write", async () => {
  const repack = async (rename: (name: string) => string | null) => {
    const reader = new ZipReader(
      new BlobReader(new Blob([await Deno.readFile(fixture("state-dict.pth"))])),
    );
    const writer = new ZipWriter(new BlobWriter());
    for (const entry of await reader.getEntries()) {
      const name = rename(entry.filename);
      if (name === null || entry.directory) continue;
      const blob = await entry.getData(new BlobWriter());
      await writer.add(name, new BlobReader(blob), { level: 0 });
    }
    await writer.add("a/constants", new BlobReader(new Blob(["x"])), { level: 0 });
    await reader.close();
    return new Uint8Array(await (await writer.close()).arrayBuffer());
  };
  await inTemporaryFile(await repack((name) => name), async (path) => {
    assert.equal((await readWeights(path, null)).size, 10);
  });
  const without = (part: RegExp) => repack((name) => part.test(name) ? null : name);
  await inTemporaryFile(
    await without(/data\.pkl$/),
    (path) => refused(path, /found a zip archive/),
  );
  await inTemporaryFile(await without(/data\/0$/), (path) => refused(path, /data\/0 is missing/));
  const script = await repack((name) => name.replace("byteorder", "constants.pkl"));
  await inTemporaryFile(script, (path) => refused(path, /found a TorchScript program/));
});

/** What torch.save writes of float tensors on one storage of `stored` values: views of `size` elements, all with this stride. */
function viewsFile({ tensors, size, stride, stored }: {
  readonly tensors: number;
  readonly size: number;
  readonly stride: number;
  readonly stored: number;
}): Uint8Array {
  const uint32 = (value: number) =>
    String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer));
  const text = (value: string) => `X${uint32(value.length)}${value}`;
  const storage = `(${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}` +
    `J${uint32(stored)}tQ`;
  const view = `K\x00J${uint32(size)}\x85K${String.fromCharCode(stride)}\x85`;
  const rest = "\x89ccollections\nOrderedDict\n)RtR";
  const items = Array.from(
    { length: tensors },
    (_, i) => `${text(`t${i}`)}ctorch._utils\n_rebuild_tensor_v2\n(${storage}${view}${rest}`,
  );
  return zip([
    { name: "archive/data.pkl", bytes: pickle(`\x80\x02}(${items.join("")}u.`) },
    { name: "archive/data/0", bytes: new Uint8Array(4 * stored) },
  ]);
}

Deno.test("readWeights() refuses a small file whose tensors ask for gigabytes together", async () => {
  const views = { size: 1 << 20, stride: 0, stored: 1 };
  const one = viewsFile({ tensors: 1, ...views });
  await inTemporaryFile(one, async (path) => {
    assert.equal((await readWeights(path, null)).get("t0")!.data.length, 1 << 20);
  });
  const message = /at most \d+ elements together in a file of \d+ bytes, found \d+$/;
  const spread = viewsFile({ tensors: 1000, ...views });
  assert.ok(spread.length < 2e5);
  await inTemporaryFile(spread, (path) => refused(path, message));
  const overlapping = viewsFile({ tensors: 10, size: 1 << 20, stride: 1, stored: 1 << 20 });
  assert.ok(overlapping.length < 5e6);
  await inTemporaryFile(overlapping, (path) => refused(path, message));
});

Deno.test("readWeights() reads a storage once for all tensors in it", async () => {
  const bytes = viewsFile({ tensors: 500, size: 1, stride: 1, stored: 1 << 18 });
  let read = 0;
  await inTemporaryFile(bytes, async (path) => {
    const readSync = Deno.FsFile.prototype.readSync;
    Deno.FsFile.prototype.readSync = function (into) {
      const count = readSync.call(this, into);
      read += count ?? 0;
      return count;
    };
    try {
      assert.equal((await readWeights(path, null)).size, 500);
    } finally {
      Deno.FsFile.prototype.readSync = readSync;
    }
  });
  assert.ok(read < 2 * bytes.length, `read ${read} of ${bytes.length} bytes`);
});

Deno.test("readWeights() reads safetensors: a state dict, or this program's whole state", async () => {
  const tensor = (...values: number[]) => safeTensor(Float32Array.from(values));
  const dict = encodeSafetensors({ "module.bn1.weight": tensor(1, 2), "bn1.bias": tensor(3) });
  await inTemporaryFile(dict, async (path) => {
    assert.deepEqual(await plain(path), { "bn1.weight": [[2], [1, 2]], "bn1.bias": [[1], [3]] });
  });
  const state = encodeSafetensors({
    "param.bn1.weight": tensor(1),
    "momentum.bn1.weight": tensor(2),
    "ema.bn1.weight": tensor(3),
    "buffer.bn1.running_mean": tensor(4),
    "method.counts": safeTensor(Int32Array.of(5)),
  });
  await inTemporaryFile(state, async (path) => {
    const statistics = { "bn1.running_mean": [[1], [4]] };
    assert.deepEqual(await plain(path), { "bn1.weight": [[1], [1]], ...statistics });
    assert.deepEqual(await plain(path, "ema_model"), { "bn1.weight": [[1], [3]], ...statistics });
    await refused(path, /expected weights under "best", found model, ema_model/, "best");
  });
  const integers = encodeSafetensors({ counts: safeTensor(Int32Array.of(1)) });
  await inTemporaryFile(integers, (path) => refused(path, /counts: Expected floats, found I32/));
  const both = encodeSafetensors({ "module.a": tensor(1), a: tensor(2) });
  await inTemporaryFile(both, (path) => refused(path, /two tensors are called "a"/));
});

Deno.test("readWeights() takes wrappers' prefixes off and leaves their own heads", async () => {
  const tensor = safeTensor(Float32Array.of(1));
  const wrapped = encodeSafetensors({
    "module.backbone.backbone.conv1.weight": tensor,
    "module.aux_classifier.weight": tensor,
    "module.backbone.bn1.num_batches_tracked": safeTensor(Int32Array.of(1)),
  });
  await inTemporaryFile(wrapped, async (path) => {
    assert.deepEqual([...(await readWeights(path, null)).keys()].sort(), [
      "aux_classifier.weight",
      "conv1.weight",
    ]);
  });
});
