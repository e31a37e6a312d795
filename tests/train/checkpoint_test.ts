import assert from "node:assert/strict";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Checkpoints } from "../../src/train/checkpoint.ts";

/** Of the fingerprint `a`. */
function fileName(number: number): string {
  return `checkpoint_${crc32("a").toString(16)}_0000000${number}.safetensors`;
}

interface Record {
  readonly step: number;
}

async function setUp() {
  const directory = await Deno.makeTempDir();
  const lines: string[] = [];
  const warnings: string[] = [];
  const log = (line: string, { warning = false } = {}) =>
    void (warning ? warnings : lines).push(line);
  const open = (fingerprint = "a") => new Checkpoints<Record>(directory, { fingerprint, log });
  const snapshot = (step: number) => ({
    tensors: {
      "param.w": { shape: [2, 1], data: new Float32Array([step, NaN]) },
      "host.counts": { shape: [2], data: new Int32Array([1, -step]) },
      "host.flags": { shape: [1], data: new Uint8Array([7]) },
    },
    record: { step },
  });
  const names = () => [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
  return { directory, lines, warnings, open, snapshot, names };
}

Deno.test("Checkpoints reads back the newest and keeps two", async () => {
  const { directory, lines, open, snapshot, names } = await setUp();
  assert.equal(await open().latest(), undefined);
  for (const step of [5, 10, 3]) await open().write(snapshot(step));
  assert.deepEqual(await open().latest(), snapshot(3));
  assert.deepEqual(names(), [fileName(2), fileName(3)]);
  assert.deepEqual(lines, []);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("Checkpoints falls back from truncated, flipped and refused files", async () => {
  const { directory, warnings, open, snapshot, names } = await setUp();
  const newest = join(directory, fileName(2));
  const damages: [string, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
    ["truncated", (bytes) => bytes.subarray(0, bytes.length - 3), /truncated/],
    ["empty", () => new Uint8Array(0), /truncated/],
    ["flipped", (bytes) => bytes.with(bytes.length - 1, 255), /checksum/],
  ];
  await open().write(snapshot(1));
  for (const [what, damage, message] of damages) {
    await open().write(snapshot(2));
    await Deno.writeFile(newest, damage(await Deno.readFile(newest)));
    assert.deepEqual(await open().latest(), snapshot(1), what);
    const warning = warnings.pop()!;
    assert.match(warning, message);
    assert.match(
      warning,
      /^checkpoint .*_00000002\.safetensors is damaged: .*; going on from the one before it$/,
    );
    assert.deepEqual(names(), [fileName(1)], what);
  }
  await open().write(snapshot(2));
  const refuse = ({ record }: { record: Record }) =>
    Promise.resolve(record.step === 2 ? "a file is missing" : undefined);
  assert.deepEqual(await open().latest(refuse), snapshot(1));
  assert.match(warnings.pop()!, /a file is missing/);
  await Deno.truncate(join(directory, fileName(1)), 9);
  assert.equal(await open().latest(), undefined);
  assert.match(warnings.join("\n"), /^checkpoint .* is damaged: .*; starting at step 0$/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("Checkpoints skips another run's files, says so, and never deletes them", async () => {
  const { directory, lines, open, snapshot, names } = await setUp();
  await open("b").write(snapshot(7));
  assert.equal(await open().latest(), undefined);
  assert.match(lines.pop()!, /^Skipping checkpoint .*: it is another run's$/);
  for (const step of [1, 2, 3]) await open().write(snapshot(step));
  assert.deepEqual(await open().latest(), snapshot(3));
  assert.equal(names().length, 3);
  assert.deepEqual(await open("b").latest(), snapshot(7));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("Checkpoints ignores a temporary file that a crash left", async () => {
  const { directory, open, snapshot } = await setUp();
  await open().write(snapshot(1));
  await Deno.writeTextFile(join(directory, `${fileName(2)}.tmp`), "half");
  assert.deepEqual(await open().latest(), snapshot(1));
  await Deno.remove(directory, { recursive: true });
});
