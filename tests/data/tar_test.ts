import assert from "node:assert/strict";
import { readTar } from "../../src/data/tar.ts";
import { tar } from "./fixtures.ts";

async function* pieces(bytes: Uint8Array, length: number) {
  for (let at = 0; at < bytes.length; at += length) {
    yield await Promise.resolve(bytes.subarray(at, at + length));
  }
}

async function names(bytes: Uint8Array, length = 700): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for await (const file of readTar(pieces(bytes, length))) {
    found.push([file.name, file.bytes.length]);
  }
  return found;
}

const good = tar([
  { name: "a/", bytes: new Uint8Array(0), type: "5" },
  { name: "a/one.bin", bytes: new Uint8Array(600).fill(7) },
  { name: "./two.bin", bytes: new Uint8Array(0) },
]);

Deno.test("readTar() gives the plain files whatever the chunks are", async () => {
  for (const length of [1, 512, 700, 1 << 20]) {
    assert.deepEqual(await names(good, length), [["a/one.bin", 600], ["two.bin", 0]]);
  }
});

Deno.test("readTar() refuses a truncated archive and a damaged header", async () => {
  await assert.rejects(names(good.subarray(0, 1400)), /ends inside "a\/one.bin"/);
  await assert.rejects(names(good.subarray(0, 512)), /truncated/);
  const damaged = good.slice();
  damaged[600] = 1;
  await assert.rejects(names(damaged), /check sum/);
});

Deno.test("readTar() refuses names that leave the directory, and links", async () => {
  for (const name of ["../x", "/etc/x", "a/../../x", "C:x", "a\\..\\x"]) {
    await assert.rejects(
      names(tar([{ name, bytes: new Uint8Array(1) }])),
      /leave the directory/,
      name,
    );
  }
  await assert.rejects(names(tar([{ name: "x", bytes: new Uint8Array(0), type: "2" }])), /link/);
});
