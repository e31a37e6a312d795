import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { compileKernels } from "../../src/tensor/engines/wasm/build.ts";
import { Heap } from "../../src/tensor/engines/wasm/heap.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { type HostArray, type Program, record } from "../../src/tensor/mod.ts";
import { batchNormTraining, randomUniform } from "../../src/tensor/ops.ts";
import { assertClose } from "./compare.ts";
import { f32, hostValues, i32 } from "./kernel_case.ts";

const SPECS = {
  w: f32(3, 3, 3, 8),
  gamma: f32(8),
  fc: f32(8, 4),
  momentum: f32(8, 4),
  mean: f32(8),
};
const IMAGES = f32(6, 8, 8, 3);

/** A small training step with all that a real one has: draws, convolution, batch norm, gradients, momentum, statistics. */
function trainingStep(): Program {
  return record({ ...SPECS, images: IMAGES, key: i32(2) }, (t) => {
    const noise = randomUniform(t.key!, { stream: 1, shape: [6, 1, 1, 1] });
    const x = tf.mul(t.images!, noise) as tf.Tensor4D;
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 0, 1], "int32"), 4);
    let mean: tf.Tensor | undefined;
    const { value, grads } = tf.valueAndGrads((w: tf.Tensor, gamma: tf.Tensor, fc: tf.Tensor) => {
      const affine = { gamma: gamma as tf.Tensor1D, beta: tf.zeros([8]) as tf.Tensor1D };
      const y = batchNormTraining(tf.conv2d(x, w as tf.Tensor4D, 2, 1), affine, {
        epsilon: 1e-5,
        leakyAlpha: 0.1,
      });
      mean = tf.keep(y.mean);
      const logits = tf.matMul(tf.mean(y.y, [1, 2]) as tf.Tensor2D, fc as tf.Tensor2D);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), -1)));
    })([t.w!, t.gamma!, t.fc!]);
    const momentum = tf.add(tf.mul(t.momentum!, 0.9), grads[2]!);
    return {
      w: tf.sub(t.w!, tf.mul(grads[0]!, 0.1)),
      gamma: tf.sub(t.gamma!, tf.mul(grads[1]!, 0.1)),
      fc: tf.sub(t.fc!, tf.mul(momentum, 0.1)),
      momentum,
      mean: tf.add(tf.mul(t.mean!, 0.9), tf.mul(mean!, 0.1)),
      loss: value,
    };
  });
}

function initial(name: keyof typeof SPECS, seed: number): Float32Array {
  return Float32Array.from(hostValues(SPECS[name], { seed, range: [-0.5, 0.5] }));
}

const names = Object.keys(SPECS) as (keyof typeof SPECS)[];
const images = Float32Array.from(hostValues(IMAGES, { seed: 9 }));

/** Runs the step `count` times; the losses and the state after the last. */
async function train(
  count: number,
  options: { threads?: number; onStep?: (bytes: number) => void } = {},
) {
  const engine = await createWasmEngine({ threads: options.threads ?? 1 });
  const step = await engine.prepare(trainingStep());
  let state = Object.fromEntries(
    names.map((name, i) => [name, engine.upload(SPECS[name], initial(name, i))]),
  );
  const data = engine.upload(IMAGES, images);
  const losses: number[] = [];
  for (let i = 0; i < count; i++) {
    const key = engine.upload(i32(2), Int32Array.of(0, i));
    const { loss, ...after } = await step.run({ ...state, images: data, key });
    state = after;
    losses.push((await engine.download(loss!))[0]!);
    engine.free(loss!);
    engine.free(key);
    options.onStep?.(engine.bytesTaken);
  }
  const end: Record<string, HostArray> = {};
  for (const name of names) end[name] = await engine.download(state[name]!);
  engine.close();
  return { losses, end };
}

Deno.test("WasmExecutable.run() takes no more memory after 200 runs, and gives the same bits again", async () => {
  const taken: number[] = [];
  const first = await train(200, { onStep: (bytes) => taken.push(bytes) });
  assert.equal(new Set(taken).size, 1);
  assert.ok(first.losses[199]! < first.losses[0]!);
  assert.deepEqual(await train(200), first);
});

Deno.test("createWasmEngine() gives the same bits on any number of threads", async () => {
  const one = await train(10);
  assert.deepEqual(await train(10, { threads: 3 }), one);
});

Deno.test("two executables share state tensors", async () => {
  const engine = await createWasmEngine();
  const add = await engine.prepare(
    record({ s: f32(3), x: f32(3) }, ({ s, x }) => ({ s: tf.add(s!, x!) })),
  );
  // Prepared later, and larger: the arena moves under the first one.
  const look = await engine.prepare(
    record(
      { s: f32(3) },
      ({ s }) => ({ y: tf.sum(tf.exp(tf.matMul(tf.reshape(s!, [3, 1]), tf.ones([1, 50000])))) }),
      { state: [] },
    ),
  );
  let s = engine.upload(f32(3), Float32Array.of(0, 0, 0));
  const x = engine.upload(f32(3), Float32Array.of(1, 0, -1));
  s = (await add.run({ s, x })).s!;
  const { y } = await look.run({ s });
  s = (await add.run({ s, x })).s!;
  assert.deepEqual([...await engine.download(s)], [2, 0, -2]);
  assertClose(await engine.download(y!), [50000 * (Math.E + 1 + 1 / Math.E)], {
    tolerance: 1e-5,
    message: "y",
  });
  engine.close();
});

Deno.test("WasmExecutable.run() refuses dead, missing, wrong and doubled tensors", async () => {
  const engine = await createWasmEngine();
  const program = record({ s: f32(2), x: f32(2) }, ({ s, x }) => ({ s: tf.add(s!, x!) }));
  const step = await engine.prepare(program);
  const s = engine.upload(f32(2), Float32Array.of(1, 2));
  const x = engine.upload(f32(2), Float32Array.of(1, 2));
  await assert.rejects(step.run({ s }), /Input "x" is missing/);
  await assert.rejects(
    step.run({ s, x: engine.upload(f32(3), new Float32Array(3)) }),
    /expected float32\[2\], found float32\[3\]/,
  );
  await assert.rejects(step.run({ s, x: s }), /given twice/);
  await step.run({ s, x });
  await assert.rejects(step.run({ s, x }), /"s" .*replaced as state/);
  assert.throws(() => engine.free(s), /replaced as state/);
  engine.free(x);
  assert.throws(() => engine.free(x), /freed before/);
  const other = await createWasmEngine();
  await assert.rejects(
    step.run({
      s: engine.upload(f32(2), new Float32Array(2)),
      x: other.upload(f32(2), new Float32Array(2)),
    }),
    /another engine/,
  );
  assert.throws(() => engine.upload(f32(2), new Float32Array(3)), /has 2 elements, found 3/);
  step.dispose();
  await assert.rejects(step.run({}), /disposed/);
});

Deno.test("WasmExecutable.run() names index and line of a gather outside its tensor", async () => {
  const engine = await createWasmEngine();
  const step = await engine.prepare(
    record({ x: f32(4, 3), i: i32(2) }, ({ x, i }) => ({ y: tf.gather(x!, i as tf.Tensor1D) })),
  );
  const x = engine.upload(f32(4, 3), new Float32Array(12));
  for (const wrong of [-1, 4]) {
    await assert.rejects(
      step.run({ x, i: engine.upload(i32(2), Int32Array.of(0, wrong)) }),
      new RegExp(
        `wasm_engine_test.ts:\\d+:\\d+: GatherV2 expected indices of 0..3, found ${wrong}`,
      ),
    );
  }
});

Deno.test("WasmEngine says that memory ran out, and what was there before goes on", async () => {
  const engine = await createWasmEngine();
  const add = await engine.prepare(
    record({ s: f32(3), x: f32(3) }, ({ s, x }) => ({ s: tf.add(tf.exp(s!), x!) })),
  );
  const x = engine.upload(f32(3), Float32Array.of(1, 0, -1));
  let s = engine.upload(f32(3), new Float32Array(3));
  s = (await add.run({ s, x })).s!;
  const taken = engine.bytesTaken;
  const size = 2 ** 15;
  const outer = record({ a: f32(size, 1), b: f32(1, size) }, ({ a, b }) => ({
    y: tf.sum(tf.exp(tf.mul(a!, b!))),
  }));
  await assert.rejects(async () => await engine.prepare(outer), {
    name: "RangeError",
    message:
      /^Out of memory: \d+ bytes more than the \d+ in use exceed the 4 GiB of WebAssembly\. A smaller batch/,
  });
  assert.equal(engine.bytesTaken, taken);
  s = (await add.run({ s, x })).s!;
  const expected = [Math.exp(2) + 1, Math.E, 0].map(Math.fround);
  assertClose(await engine.download(s), expected, { tolerance: 1e-5, message: "s" });
  engine.close();
});

Deno.test("Heap.allocate() says that the system gives no more memory, and what is free is given still", () => {
  const heap = new Heap();
  heap.allocate(64);
  heap.memory.grow = () => {
    throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
  };
  assert.throws(() => heap.allocate(2 ** 20), {
    name: "RangeError",
    message:
      "Out of memory: 1048576 bytes more than the 131072 in use are not to be had. A smaller batch or net needs less",
  });
  assert.equal(heap.allocate(64), 65536 + 64);
});

Deno.test("WasmEngine.prepare() keeps no memory when it fails", async () => {
  const engine = await createWasmEngine();
  const program = record({ x: f32(1, 5, 5, 2), w: f32(3, 3, 2, 4) }, ({ x, w }) => ({
    y: tf.exp(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same")),
  }));
  const prepared = await engine.prepare(program);
  const needed = engine.bytesTaken;
  prepared.dispose();
  const before = engine.bytesTaken;
  assert.ok(before < needed, "the convolution has tables");
  Object.assign(program.calls.at(-1)!, { kernel: "Unheard" });
  await assert.rejects(async () => await engine.prepare(program), /has no kernel Unheard/);
  assert.equal(engine.bytesTaken, before);
  engine.close();
});

Deno.test("kernels.wasm is what its sources compile to", async () => {
  const committed = Deno.readFileSync(
    new URL("../../src/tensor/engines/wasm/kernels.wasm", import.meta.url),
  );
  assert.deepEqual(await compileKernels(), committed);
});
