import assert from "node:assert/strict";
import { memorySource } from "../../src/data/byte_source.ts";
import { readTar } from "../../src/data/tar.ts";
import { tarMembers } from "../../src/data/tar_members.ts";
import { UserError } from "../../src/errors.ts";
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

Deno.test("tarMembers() says where the plain files lie", () => {
  const members = tarMembers(memorySource(good, "a.tar"));
  assert.deepEqual(members.map(({ name, size }) => [name, size]), [
    ["a/one.bin", 600],
    ["two.bin", 0],
  ]);
  const [{ at, size } = { at: 0, size: 0 }] = members;
  assert.deepEqual(good.subarray(at, at + size), new Uint8Array(600).fill(7));
});

Deno.test("tarMembers() refuses by name what readTar() refuses", () => {
  const one = (name: string, type = "0") => tar([{ name, bytes: new Uint8Array(1), type }]);
  const cases: [Uint8Array, RegExp][] = [
    [one("../x"), /^a\.tar: The name "\.\.\/x" would leave the directory/],
    [one("/etc/x"), /would leave the directory/],
    [one("C:x"), /would leave the directory/],
    [one("x", "2"), /^a\.tar: "x" is a link or a special file/],
    [
      good.subarray(0, 1400),
      /truncated: "a\/one\.bin" needs 1624 bytes of the archive, found 1400/,
    ],
    [good.subarray(0, 512), /truncated or no tar archive: expected a header at byte 512/],
    [
      new TextEncoder().encode("<html>".repeat(200)),
      /^a\.tar: A header does not match its check sum/,
    ],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => tarMembers(memorySource(bytes, "a.tar")), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
