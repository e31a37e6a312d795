import assert from "node:assert/strict";
import { shrinkPicture } from "../../src/data/shrink_picture.ts";
import { UserError } from "../../src/errors.ts";
import { hex, png } from "./fixtures.ts";
import { pillowPictures } from "./pillow_pictures.ts";

Deno.test("shrinkPicture() gives Pillow's bytes for every kind of file that ILSVRC-2012 has", async () => {
  for (const [name, { bytes, first, sha256 }] of Object.entries(pillowPictures)) {
    const pixels = await shrinkPicture(bytes, { name, edge: 32 });
    assert.deepEqual([...pixels.subarray(0, 6)], first, name);
    assert.equal(hex("sha256", pixels), sha256, name);
  }
});

Deno.test("shrinkPicture() decodes a large picture in bands, with the bytes of the whole", async () => {
  const [width, height] = [20_000, 160]; // four bands
  const picture = new Uint8Array(3 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) picture.set([Math.floor(x / 625), y, y], at);
  }
  const pixels = await shrinkPicture(await png(picture, width), { name: "large", edge: 32 });
  for (let y = 0; y < 32; y++) {
    for (let x = 0; x < 32; x++) {
      const mean = 5 * y + 2; // of rows 5y … 5y + 4
      const found = [...pixels.subarray(3 * (32 * y + x), 3 * (32 * y + x) + 3)];
      assert.deepEqual(found, [x, mean, mean], `${x}, ${y}`);
    }
  }
});

/** The JPEG with a header of this kind that says 10,001 × 10,000 pixels. */
function sized(bytes: Uint8Array, marker: number): Uint8Array {
  const copy = bytes.slice();
  const at = copy.findIndex((byte, i) => byte === 0xff && copy[i + 1] === marker);
  new DataView(copy.buffer).setUint16(at + 5, 10_000);
  new DataView(copy.buffer).setUint16(at + 7, 10_001);
  return copy;
}

Deno.test("shrinkPicture() names a file that is no whole picture", async () => {
  const { bytes } = pillowPictures.rgb;
  const cases: [Uint8Array, RegExp][] = [
    [bytes.subarray(0, bytes.length - 200), /^n1\/a\.JPEG: not a readable picture \(.*end of JPEG/],
    [new Uint8Array(0), /^n1\/a\.JPEG: expected a JPEG or PNG picture, found 0 bytes/],
    [new TextEncoder().encode("<html>"), /^n1\/a\.JPEG: expected a JPEG or PNG picture/],
    [bytes.map((byte, i) => i > 300 ? i & 127 : byte), /^n1\/a\.JPEG: /],
    [
      sized(pillowPictures.rgb.bytes, 0xc0),
      /^n1\/a\.JPEG: expected a picture of at most 100000000 pixels, found 10001 × 10000/,
    ],
    [
      sized(pillowPictures.progressive.bytes, 0xc2),
      /expected a progressive picture of at most 50000000 pixels, found 10001 × 10000/,
    ],
    [pillowPictures.png.bytes.subarray(0, 100), /^n1\/a\.JPEG: not a readable picture/],
  ];
  for (const [damaged, message] of cases) {
    await assert.rejects(shrinkPicture(damaged, { name: "n1/a.JPEG", edge: 32 }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
