import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { ExecutableCache } from "../../../src/tensor/engines/xla/executable_cache.ts";
import { record } from "../../../src/tensor/mod.ts";
import { f32 } from "../kernel_case.ts";
import { runOnce } from "../run_once.ts";
import { PjrtError } from "../../../src/tensor/engines/xla/pjrt/error.ts";
import { openClient, openOn, openXla, xlaTest } from "./installed.ts";

const program = record({ x: f32(3) }, ({ x }) => ({ y: tf.mul(tf.exp(x!), 2) }), { state: [] });
const values = { x: [0, 1, 2] };

/** A test with a path for the cache, which nothing has made yet. */
function cacheTest(name: string, test: (cache: string) => Promise<void>): void {
  xlaTest(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await test(join(directory, "cache"));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** Opens an engine, runs the program, closes it; what was said, and the result. */
async function runWith(cache: string): Promise<{ said: string[]; y: number[] }> {
  const said: string[] = [];
  const engine = await openXla({ cache, say: (line) => said.push(line) });
  const outputs = await runOnce(engine, program, values);
  // Said once, however often it is met.
  await runOnce(engine, program, values);
  engine.close();
  return { said, y: [...outputs.y!] };
}

async function entries(cache: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(cache)) if (name.endsWith(".xla")) names.push(name);
  return names;
}

async function onlyEntry(cache: string): Promise<string> {
  const names = await entries(cache);
  assert.equal(names.length, 1);
  return join(cache, names[0]!);
}

cacheTest("Compiler.compile() keeps executables and loads them again", async (cache) => {
  const first = await runWith(cache);
  const path = await onlyEntry(cache);
  const { mtime } = await Deno.stat(path);
  const second = await runWith(cache);
  assert.deepEqual(second, first);
  assert.deepEqual(first.said, []);
  assert.deepEqual((await Deno.stat(await onlyEntry(cache))).mtime, mtime);
});

cacheTest("Compiler.compile() tells programs apart that differ in a constant", async (cache) => {
  const engine = await openXla({ cache });
  for (const factor of [2, 3]) {
    const other = record({ x: f32(3) }, ({ x }) => ({ y: tf.mul(x!, factor) }), { state: [] });
    assert.deepEqual([...(await runOnce(engine, other, values)).y!], [0, factor, 2 * factor]);
  }
  engine.close();
  assert.equal((await entries(cache)).length, 2);
});

cacheTest(
  "Compiler.compile() compiles again where an entry is damaged, and says so",
  async (cache) => {
    const whole = await runWith(cache);
    const path = await onlyEntry(cache);
    const bytes = await Deno.readFile(path);
    const flipped = bytes.slice();
    flipped[bytes.length >> 1]! ^= 4;
    const broken = [
      flipped,
      bytes.slice(0, bytes.length >> 1),
      bytes.slice(0, 20),
      new Uint8Array(),
    ];
    for (const damaged of broken) {
      await Deno.writeFile(path, damaged);
      const { said, y } = await runWith(cache);
      assert.deepEqual(y, whole.y);
      assert.deepEqual(said, [`${path} is damaged: compiling again`]);
      assert.deepEqual((await runWith(cache)).said, []);
    }
  },
);

cacheTest("Compiler.compile() compiles again where the plugin refuses an entry", async (cache) => {
  const whole = await runWith(cache);
  const path = await onlyEntry(cache);
  const key = path.slice(path.lastIndexOf("/") + 1, -".xla".length);
  const nonsense = new TextEncoder().encode("no executable at all") as Uint8Array<ArrayBuffer>;
  await new ExecutableCache(cache, assert.fail).put(key, nonsense);
  const { said, y } = await runWith(cache);
  assert.deepEqual(y, whole.y);
  assert.deepEqual(said, [`${path} is damaged: compiling again`]);
});

cacheTest("Compiler.compile() goes on where nothing can be kept, and says so", async (cache) => {
  await Deno.writeTextFile(cache, "a file in the way");
  const { said, y } = await runWith(cache);
  assert.deepEqual(y.map(Math.round), [2, 5, 15]);
  assert.equal(said.length, 2);
  assert.match(said[0]!, /cannot be read/);
  assert.match(said[1]!, /compiled programs cannot be kept/);
});

cacheTest("Compiler.compile() goes on with a plugin that cannot serialise", async (cache) => {
  const client = openClient();
  const { api } = client;
  const call = api.call.bind(api);
  api.call = (name, args) => {
    if (name === "PJRT_Executable_Serialize") {
      throw new PjrtError(name, "UNIMPLEMENTED", "not here");
    }
    call(name, args);
  };
  const said: string[] = [];
  const engine = openOn(client, { cache, say: (line) => said.push(line) });
  for (let i = 0; i < 2; i++) {
    assert.deepEqual([...(await runOnce(engine, program, values)).y!].map(Math.round), [2, 5, 15]);
  }
  engine.close();
  assert.deepEqual(said, [
    `${cache}: compiled programs cannot be kept (PJRT_Executable_Serialize: UNIMPLEMENTED: not here)`,
  ]);
});

cacheTest("Compiler.compile() tells executables of other XLA_FLAGS apart", async (cache) => {
  for (const flags of ["", "--xla_cpu_enable_fast_math=true", ""]) {
    const engine = openOn(openClient(), { cache, flags, say: assert.fail });
    await runOnce(engine, program, values);
    engine.close();
  }
  assert.equal((await entries(cache)).length, 2);
});

/** A test with a directory for a cache, no plugin needed. */
function boundTest(name: string, test: (cache: string) => Promise<void>): void {
  Deno.test(name, async () => {
    const directory = await Deno.makeTempDir();
    try {
      await test(directory);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

/** Bytes of an entry beside its body. */
const HEADER_BYTES = 79;

function body(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(size);
}

boundTest("ExecutableCache.put() deletes what was not used for longest", async (directory) => {
  const limitBytes = 3 * (HEADER_BYTES + 100);
  const cache = new ExecutableCache(directory, assert.fail, { limitBytes });
  // What a process left that was killed while it wrote.
  await Deno.writeFile(join(directory, "half.xla.1.tmp"), body(HEADER_BYTES + 100));
  await Deno.writeTextFile(join(directory, "plugin-0.txt"), "no entry");
  await Deno.utime(join(directory, "half.xla.1.tmp"), 1, 100);
  for (const [i, key] of ["a", "b"].entries()) {
    await cache.put(key, body(100));
    await Deno.utime(cache.path(key), 2 + i, 100);
  }
  assert.deepEqual((await entries(directory)).sort(), ["a.xla", "b.xla"]);
  await cache.put("c", body(100));
  assert.ok(!existsSync(join(directory, "half.xla.1.tmp")), "the oldest of all");
  assert.deepEqual((await entries(directory)).sort(), ["a.xla", "b.xla", "c.xla"]);
  // `a` is used, so `b` is the next to go.
  assert.deepEqual(await cache.get("a"), body(100));
  await cache.put("d", body(100));
  assert.deepEqual((await entries(directory)).sort(), ["a.xla", "c.xla", "d.xla"]);
  assert.equal(await cache.get("b"), undefined);
  // Larger than all that may be kept: it stays, and nothing else.
  await cache.put("e", body(1000));
  assert.deepEqual(await entries(directory), ["e.xla"]);
  assert.ok(existsSync(join(directory, "plugin-0.txt")));
});

boundTest("ExecutableCache.put() keeps one of two entries written at once", async (directory) => {
  const cache = new ExecutableCache(directory, assert.fail);
  const bodies = [body(1000), body(200)];
  await Promise.all(bodies.map((each) => cache.put("a", each)));
  const kept = await cache.get("a");
  assert.ok(bodies.some((each) => kept?.length === each.length));
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory))).length, 1);
});

boundTest("ExecutableCache.put() leaves all that fits", async (directory) => {
  const cache = new ExecutableCache(directory, assert.fail);
  const keys = Array.from({ length: 20 }, (_, i) => `entry${i}`);
  await Promise.all(keys.map((key) => cache.put(key, body(1000))));
  assert.equal((await entries(directory)).length, keys.length);
});
