import assert from "node:assert/strict";
import { canonicalJson, contentKey, digestTree, recipeKey } from "../../src/dag/hash.ts";

Deno.test("canonicalJson() sorts keys, tags types and leaves out undefined fields", () => {
  assert.equal(
    canonicalJson({ b: [1, "1", true, null], a: undefined, c: { z: -0 } }),
    '{"b":[d1,s"1",t,n],"c":{"z":d0}}',
  );
  assert.notEqual(canonicalJson("1"), canonicalJson(1));
  assert.notEqual(canonicalJson(["a", "b"]), canonicalJson(["a,b"]));
});

Deno.test("recipeKey() and contentKey() differ for the same parts, and with every part", () => {
  const parts = { stage: "train", version: 1, params: { lr: 0.03 }, code: "c" };
  const inputs = { images: { from: "x" } };
  const keys = [
    recipeKey(parts, inputs),
    contentKey(parts, inputs),
    contentKey({ ...parts, stage: "other" }, inputs),
    contentKey({ ...parts, version: 2 }, inputs),
    contentKey({ ...parts, params: { lr: 0.3 } }, inputs),
    contentKey({ ...parts, code: "d" }, inputs),
    contentKey(parts, { images: { from: "y" } }),
    contentKey(parts, { pictures: { from: "x" } }),
    contentKey(parts, { images: { absent: "x" } }),
    contentKey(parts, { images: [{ from: "x" }] }),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.match(keys[0]!, /^[0-9a-f]{64}$/);
});

Deno.test("digestTree() covers paths and bytes and nothing else", async () => {
  const root = await Deno.makeTempDir();
  try {
    Deno.mkdirSync(`${root}/a/sub`, { recursive: true });
    Deno.mkdirSync(`${root}/b/sub`, { recursive: true });
    for (const name of ["a", "b"]) {
      Deno.writeTextFileSync(`${root}/${name}/sub/x`, "one");
      Deno.writeTextFileSync(`${root}/${name}/y`, "");
    }
    const first = digestTree(`${root}/a`);
    assert.deepEqual(first.files.map(({ path, bytes }) => [path, bytes]), [["sub/x", 3], ["y", 0]]);
    assert.equal(first.bytes, 3);
    assert.equal(digestTree(`${root}/b`).digest, first.digest);
    Deno.renameSync(`${root}/b/y`, `${root}/b/z`);
    assert.notEqual(digestTree(`${root}/b`).digest, first.digest);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
