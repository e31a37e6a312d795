import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { setSite, siteOf } from "../../../src/tensor/call_sites.ts";
import { lowerProgram } from "../../../src/tensor/engines/xla/lower.ts";
import { outOfMemory } from "../../../src/tensor/engines/xla/out_of_memory.ts";
import { Pending } from "../../../src/tensor/engines/xla/pending.ts";
import { PjrtError } from "../../../src/tensor/engines/xla/pjrt/error.ts";
import type { Events } from "../../../src/tensor/engines/xla/pjrt/events.ts";
import { OutOfDeviceMemory } from "../../../src/tensor/engines/xla/mod.ts";
import { type DeviceTensor, type Engine, record } from "../../../src/tensor/mod.ts";
import { bool, f32 } from "../kernel_case.ts";
import { openClient, openOn, openXla, xlaTest } from "./installed.ts";

const counter = record({ x: f32(2), by: f32() }, (t) => ({ x: tf.add(t.x!, t.by!) }));

function ones(engine: Engine): DeviceTensor {
  return engine.upload(f32(2), Float32Array.of(1, 1));
}

xlaTest("XlaExecutable.run() replaces state and keeps other inputs", async () => {
  const engine = await openXla();
  const executable = await engine.prepare(counter);
  const by = engine.upload(f32(), Float32Array.of(2));
  const first = ones(engine);
  const { x: second } = await executable.run({ x: first, by });
  const { x: third } = await executable.run({ x: second!, by });
  assert.deepEqual([...await engine.download(third!)], [5, 5]);
  assert.deepEqual([...await engine.download(by)], [2]);
  await assert.rejects(engine.download(first), /float32\[2\]\) was replaced as state before/);
  await assert.rejects(executable.run({ x: second!, by }), /Input "x" .* was replaced as state/);
  assert.throws(() => engine.free(first), /was replaced as state before/);
  assert.equal(engine.tensorCount, 2);
  engine.free(by);
  await assert.rejects(executable.run({ x: third!, by }), /Input "by" \(float32\[\]\) was freed/);
  engine.close();
});

xlaTest("XlaEngine.upload() takes elements of other types and refuses other lengths", async () => {
  const engine = await openXla();
  const flags = engine.upload(bool(3), Uint8Array.of(0, 1, 7));
  assert.deepEqual(await engine.download(flags), Uint8Array.of(0, 1, 1));
  const floats = engine.upload(f32(2), Int32Array.of(-1, 2));
  assert.deepEqual(await engine.download(floats), Float32Array.of(-1, 2));
  const part = engine.upload(f32(2), Float32Array.of(1, 2, 3, 4).subarray(1, 3));
  assert.deepEqual(await engine.download(part), Float32Array.of(2, 3));
  const none = engine.upload(f32(0, 3), new Float32Array());
  assert.deepEqual(await engine.download(none), new Float32Array());
  assert.throws(() => engine.upload(f32(2), Float32Array.of(1)), {
    name: "RangeError",
    message: "float32[2] has 2 elements, found 1",
  });
  engine.close();
});

xlaTest("XlaEngine.close() ends everything, and another engine can be opened", async () => {
  const engine = await openXla();
  await assert.rejects(openXla(), /this process has an engine on this plugin already/);
  const executable = await engine.prepare(counter);
  await executable.run({ x: ones(engine), by: engine.upload(f32(), Float32Array.of(2)) });
  engine.close();
  engine.close();
  assert.throws(() => ones(engine), /This engine was closed/);
  const other = await openXla();
  assert.deepEqual([...await other.download(ones(other))], [1, 1]);
  assert.equal(other.family, "xla");
  assert.match(other.digest, /^[0-9a-f]{64}$/);
  other.close();
});

xlaTest("XlaEngine.close() destroys the client after the last call under way", async () => {
  const client = openClient();
  const { api, events } = client;
  const calls: string[] = [];
  const [call, callLater] = [api.call.bind(api), api.callLater.bind(api)];
  api.call = (name, args) => {
    calls.push(name);
    call(name, args);
  };
  api.callLater = (name, args) => {
    calls.push(name);
    return callLater(name, args);
  };
  // So that every wait lasts until another turn of the event loop.
  events.isReady = () => false;
  const engine = openOn(client);
  const executable = await engine.prepare(counter);
  const by = engine.upload(f32(), Float32Array.of(2));
  const { x } = await executable.run({ x: ones(engine), by });
  const underWay = Promise.allSettled([
    executable.run({ x: x!, by }),
    engine.download(by),
    engine.prepare(record({ x: f32(2) }, (t) => ({ x: tf.neg(t.x!) }))),
  ]);
  engine.close();
  await assert.rejects(executable.run({ x: x!, by }), /^Error: This engine was closed$/);
  await assert.rejects(openXla(), /this process has an engine on this plugin already/);
  const [run, download, prepare] = await underWay;
  const closed = { status: "rejected", reason: new Error("This engine was closed") };
  assert.deepEqual([run, prepare], [closed, closed]);
  assert.deepEqual(download, { status: "fulfilled", value: Float32Array.of(2) });
  assert.equal(calls.indexOf("PJRT_Client_Destroy"), calls.length - 1);
  (await openXla()).close();
});

xlaTest("XlaEngine.prepare() refuses a program that needs more memory than there is", async () => {
  const engine = await openXla();
  const size = 2 ** 21;
  const huge = record(
    { x: f32(size, 1), y: f32(1, size) },
    (t) => ({ z: tf.add(t.x!, t.y!) }),
  );
  await assert.rejects(engine.prepare(huge), {
    name: "OutOfDeviceMemory",
    message: /needs 16777232 MiB of \d+ MiB: .*outputs 16777216 MiB .*A smaller batch/,
  });
  engine.close();
});

Deno.test("outOfMemory() tells the device's statistics and what the program takes", () => {
  const error = outOfMemory("A program failed", {
    device: { bytesInUse: 3 * 2 ** 30, bytesLimit: 4 * 2 ** 30, largestFreeBlockBytes: 2 ** 20 },
    program: {
      argumentBytes: 2 ** 27,
      outputBytes: 2 ** 26,
      aliasBytes: 2 ** 25,
      temporaryBytes: 2 ** 31,
      codeBytes: 0,
    },
    detail: "Out of memory while trying to allocate 2147483648 bytes.",
  });
  assert.ok(error instanceof OutOfDeviceMemory);
  assert.equal(
    error.message,
    "A program failed: out of memory on the device; the device: in use 3072 MiB, limit 4096 MiB, " +
      "largest free block 1.0 MiB; the program: inputs 128 MiB, outputs 64 MiB (32 MiB of them in " +
      "place of inputs), temporary 2048 MiB; Out of memory while trying to allocate 2147483648 " +
      "bytes. A smaller batch or net needs less; other programs on the device may hold memory",
  );
});

Deno.test("lowerProgram() names a kernel without a rule and the line that called it", () => {
  const program = record({ x: f32(2) }, ({ x }) => ({ y: tf.exp(x!) }));
  const [exp] = program.calls;
  const odd = { ...exp!, kernel: "Unheard" };
  setSite(odd, siteOf(exp!)!);
  assert.throws(
    () => lowerProgram({ ...program, calls: [odd] }, "cpu"),
    /^Error: tests\/tensor\/xla\/engine_test\.ts:\d+:\d+: the xla engine has no rule for the kernel Unheard$/,
  );
});

Deno.test("lowerProgram() marks state as given up to the output that replaces it", () => {
  const text = lowerProgram(
    record({ a: f32(2), state: f32() }, (t) => ({ y: tf.exp(t.a!), state: tf.exp(t.state!) })),
    "cpu",
  );
  assert.match(
    text,
    /@main\(%0: tensor<2xf32>, %1: tensor<f32> \{tf\.aliasing_output = 1 : i32\}\)/,
  );
});

/** Events that are ready or fail as the test says. */
class ScriptedEvents {
  readonly taken: bigint[] = [];
  readonly ready = new Set<bigint>();
  readonly failing = new Set<bigint>();

  isReady(event: bigint): boolean {
    return this.ready.has(event);
  }

  take(event: bigint): void {
    this.taken.push(event);
    if (this.failing.has(event)) throw new PjrtError("PJRT_Event_Error", "INTERNAL", "broken");
  }

  wait(event: bigint): Promise<void> {
    return Promise.resolve().then(() => this.take(event));
  }

  waitNow(event: bigint): void {
    this.take(event);
  }
}

Deno.test("Pending.atMost() waits for the oldest and throws the errors of executions", async () => {
  const events = new ScriptedEvents();
  const pending = new Pending(events as unknown as Events);
  const explain = (error: unknown) => new Error(`explained: ${(error as Error).message}`);
  const released: bigint[] = [];
  const push = (done: bigint) =>
    pending.push({ done, explain, release: () => released.push(done) });
  for (const done of [1n, 2n, 3n]) push(done);
  events.ready.add(1n);
  await pending.atMost(2);
  assert.deepEqual(events.taken, [1n]);
  events.failing.add(2n);
  await assert.rejects(pending.atMost(0), /explained: PJRT_Event_Error: INTERNAL: broken/);
  await pending.atMost(0);
  assert.deepEqual(events.taken, [1n, 2n, 3n]);
  events.failing.add(4n);
  push(4n);
  pending.drain();
  assert.deepEqual(events.taken, [1n, 2n, 3n, 4n]);
  assert.deepEqual(released, events.taken);
});
