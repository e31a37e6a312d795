import assert from "node:assert/strict";
import { Spool } from "../../src/train/spool.ts";

Deno.test("Spool keeps what the last two checkpoints name and deletes the rest", async () => {
  const directory = await Deno.makeTempDir();
  const spool = new Spool(`${directory}/finished`);
  const names = ["a/1", "a/2", "b/1"];
  for (const name of names) await spool.write(name, new TextEncoder().encode(name));
  assert.equal(await spool.missing([...names, "c"]), "c");
  spool.adopt(["a/1"]);
  await spool.retain(["a/2"]);
  assert.equal(await spool.missing(["a/1", "a/2"]), undefined);
  assert.equal(await spool.missing(["b/1"]), "b/1");
  await spool.retain(["a/2"]);
  assert.equal(await spool.missing(["a/1"]), "a/1");
  await spool.copy("a/2", `${directory}/out/copy`);
  assert.equal(await Deno.readTextFile(`${directory}/out/copy`), "a/2");
  await Deno.remove(directory, { recursive: true });
});
