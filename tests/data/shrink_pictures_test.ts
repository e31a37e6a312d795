import assert from "node:assert/strict";
import { join } from "node:path";
import { shrinkPictures } from "../../src/data/shrink_pictures.ts";
import { inTemporaryDirectory, writeFiles } from "./fixtures.ts";
import { pillowPictures } from "./pillow_pictures.ts";

Deno.test("shrinkPictures() leaves a long file for later without reading it", async () => {
  await inTemporaryDirectory(async (root) => {
    const folder = join(root, "n1");
    const long = new Uint8Array(5 << 20); // no picture, which reading would tell
    await writeFiles(folder, {
      "a.JPEG": pillowPictures.rgb.bytes,
      "b.JPEG": long,
      "c.JPEG": pillowPictures.rgb.bytes,
    });
    const to = join(root, "images");
    await Deno.writeFile(to, new Uint8Array(0));
    const request = { home: { folder }, rows: Int32Array.of(0, 1, 2), to, edge: 32, large: false };
    let done = 0;
    const context = {
      signal: new AbortController().signal,
      onProgress: (count: number) => void (done += count),
    };
    const left = await shrinkPictures(request, context);
    assert.deepEqual(left.pictures, [{ name: "b.JPEG", size: long.length, at: 0 }]);
    assert.deepEqual([[...left.rows], done], [[1], 2]);
    await assert.rejects(
      shrinkPictures({ ...request, ...left, large: true }, context),
      /b\.JPEG: expected a JPEG or PNG picture/,
    );
  });
});
