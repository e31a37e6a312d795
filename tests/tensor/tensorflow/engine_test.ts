import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../../../src/errors.ts";
import { createTensorflowEngine } from "../../../src/tensor/engines/tensorflow/mod.ts";
import { interpret, record, type TensorSpec } from "../../../src/tensor/mod.ts";
import { gatherImages, pixelOperation } from "../../../src/tensor/ops.ts";
import { PIXEL_OPERATIONS } from "../../../src/tensor/pixel_operation.ts";
import { bool, f32, hostValues, i32 } from "../kernel_case.ts";
import { directory, openTensorflow, tensorflowTest } from "./installed.ts";
import { hostArray, runOnce } from "./run_once.ts";

const bytes: TensorSpec = { shape: [3], dtype: "int32", storage: "uint8" };

tensorflowTest(
  "TensorflowEngine.upload() keeps every kind of element, and scalars and nothing",
  async () => {
    const engine = await openTensorflow();
    for (
      const [spec, data] of [
        [f32(2, 2), Float32Array.of(1.5, -0, NaN, -Infinity)],
        [f32(), Float32Array.of(7)],
        [f32(0, 3), new Float32Array()],
        [i32(2), Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
        [bool(2), Uint8Array.of(1, 0)],
        [bytes, Uint8Array.of(0, 127, 255)],
      ] as const
    ) {
      const tensor = engine.upload(spec, data);
      assert.deepEqual(await engine.download(tensor), data);
      engine.free(tensor);
    }
    engine.close();
  },
);

tensorflowTest(
  "TensorflowEngine refuses what does not fit, is freed or is another engine's",
  async () => {
    const [engine, other] = [await openTensorflow(), await openTensorflow()];
    assert.throws(() => engine.upload(f32(3), new Float32Array(2)), {
      name: "RangeError",
      message: "float32[3] has 3 elements, found 2",
    });
    const tensor = engine.upload(f32(3), new Float32Array(3));
    assert.throws(() => other.free(tensor), /belongs to another engine/);
    engine.free(tensor);
    assert.throws(() => engine.free(tensor), /float32\[3\]\) was freed before/);
    await assert.rejects(engine.download(tensor), /was freed before/);
    engine.close();
    other.close();
  },
);

tensorflowTest(
  "TensorflowExecutable.run() refuses missing, misshapen, repeated and used inputs",
  async () => {
    const engine = await openTensorflow();
    const program = record({ a: f32(2), b: f32(2), c: f32(2) }, ({ a, b, c }) => ({
      a: tf.add(a!, c!),
      b: tf.sub(b!, c!),
    }));
    const executable = await engine.prepare(program);
    const [a, b, c] = [1, 2, 3].map((x) => engine.upload(f32(2), Float32Array.of(x, x)));
    const wide = engine.upload(f32(3), new Float32Array(3));
    await assert.rejects(executable.run({ a: a!, b: b! }), /Input "c" is missing/);
    await assert.rejects(
      executable.run({ a: a!, b: b!, c: wide }),
      /Input "c": expected float32\[2\], found float32\[3\]/,
    );
    await assert.rejects(
      executable.run({ a: a!, b: a!, c: c! }),
      /replaced as state is given twice/,
    );
    const after = await executable.run({ a: a!, b: b!, c: c! });
    assert.deepEqual(await engine.download(after.a!), Float32Array.of(4, 4));
    await assert.rejects(executable.run({ a: a!, b: b!, c: c! }), /"a".* was replaced as state/);
    executable.dispose();
    await assert.rejects(executable.run({ ...after, c: c! }), /was disposed/);
    engine.close();
  },
);

tensorflowTest(
  "TensorflowExecutable.run() swaps, keeps and duplicates state without mixing it up",
  async () => {
    const engine = await openTensorflow();
    const program = record({ a: f32(1), b: f32(1), c: f32(1) }, ({ a, b, c }) => ({
      a: b!,
      b: a!,
      c: c!,
      copy: c!,
    }));
    const executable = await engine.prepare(program);
    let state = Object.fromEntries(
      ["a", "b", "c"].map((name, i) => [name, engine.upload(f32(1), Float32Array.of(i))]),
    );
    for (let i = 0; i < 3; i++) {
      const { copy, ...after } = await executable.run(state);
      engine.free(copy!);
      state = after;
    }
    const values = await Promise.all(["a", "b", "c"].map((name) => engine.download(state[name]!)));
    assert.deepEqual(values, [1, 0, 2].map((x) => Float32Array.of(x)));
    engine.close();
  },
);

tensorflowTest("TensorflowExecutable.run() leaves the event loop free", async () => {
  const engine = await openTensorflow();
  const executable = await engine.prepare(record({ x: f32(1) }, ({ x }) => ({ y: tf.exp(x!) })));
  const x = engine.upload(f32(1), new Float32Array(1));
  let turns = 0;
  setImmediate(() => turns++);
  await executable.run({ x });
  assert.equal(turns, 1);
  engine.close();
});

tensorflowTest(
  "TensorflowExecutable.run() names the line of a call that fails, and keeps the state",
  async () => {
    const engine = await openTensorflow();
    const images: TensorSpec = { shape: [4, 2, 2, 3], dtype: "int32", storage: "uint8" };
    const program = record({ sum: f32(), images, indices: i32(2) }, ({ sum, images, indices }) => ({
      sum: tf.add(sum!, tf.sum(gatherImages(images!, indices!))),
    }));
    const executable = await engine.prepare(program);
    const sum = engine.upload(f32(), new Float32Array(1));
    const given = { sum, images: engine.upload(images, new Uint8Array(48).fill(1)) };
    const at = (...indices: number[]) => engine.upload(i32(2), Int32Array.from(indices));
    await assert.rejects(executable.run({ ...given, indices: at(1, 7) }), {
      name: "RangeError",
      message: /tests\/tensor\/tensorflow\/engine_test\.ts:\d+:\d+: GatherV2: .*indices\[1\] = 7/,
    });
    const after = await executable.run({ ...given, indices: at(1, 3) });
    assert.deepEqual(await engine.download(after.sum!), Float32Array.of(24));
    engine.close();
  },
);

tensorflowTest(
  "TensorflowEngine.prepare() names a kernel that it lacks, and the line that called it",
  async () => {
    const engine = await openTensorflow();
    const program = record({ x: f32(2) }, ({ x }) => ({ y: tf.exp(x!) }));
    Object.assign(program.calls[0]!, { kernel: "Unheard" });
    await assert.rejects(
      engine.prepare(program),
      /^Error: tests\/tensor\/tensorflow\/engine_test\.ts:\d+:\d+: the engine "tensorflow" has no kernel Unheard$/,
    );
    engine.close();
  },
);

tensorflowTest(
  "TensorflowEngine.prepare() composes kernels that it lacks where it can",
  async () => {
    const engine = await openTensorflow();
    const kinds = Object.values(PIXEL_OPERATIONS);
    const n = kinds.length;
    const specs = { x: f32(n, 9, 7, 3), kind: i32(n), value: f32(n), coefficients: i32(n, 6) };
    const program = record(specs, (t) => ({
      y: pixelOperation(t.x as tf.Tensor4D, {
        kind: t.kind!,
        value: t.value!,
        coefficients: t.coefficients!,
      }),
    }));
    const draw = (spec: TensorSpec, range: readonly [number, number]) =>
      hostValues(spec, { seed: 5, range });
    const values = {
      x: draw(i32(n, 9, 7, 3), [0, 256]),
      kind: kinds,
      value: kinds.map((kind) => kind === PIXEL_OPERATIONS.posterize ? 3 : 0.3),
      coefficients: draw(specs.coefficients, [-70000, 70000]),
    };
    const [ours, oracle] = [await runOnce(engine, program, values), interpret(program, values)];
    assert.deepEqual(Array.from(ours.y!), Array.from(oracle.y!));
    engine.close();
  },
);

tensorflowTest(
  "createTensorflowEngine() says that threads and library are the process's",
  async () => {
    const engine = await openTensorflow();
    await assert.rejects(createTensorflowEngine({ directory, threads: 3 }), {
      name: "UserError",
      message: /runs with 2 threads in this process.* found 3/,
    });
    await assert.rejects(createTensorflowEngine({ directory: `${directory}-other`, threads: 2 }), {
      name: "UserError",
      message: /was loaded from .*tensorflow-2\.21\.0 in this process/,
    });
    await assert.rejects(createTensorflowEngine({ directory, threads: 0 }), RangeError);
    assert.match(engine.digest, /^[0-9a-f]{64}$/);
    assert.equal((await openTensorflow()).digest, engine.digest);
    engine.close();
  },
);

tensorflowTest("TensorflowEngine gives the same bits again", async () => {
  const engine = await openTensorflow();
  const specs = { x: f32(8, 9, 9, 16), w: f32(3, 3, 16, 24) };
  const program = record(specs, ({ x, w }) => ({
    y: tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1), [0, 1]),
  }));
  const values = {
    x: hostArray(specs.x, hostValues(specs.x, { seed: 1 })),
    w: hostArray(specs.w, hostValues(specs.w, { seed: 2 })),
  };
  const first = await runOnce(engine, program, values);
  assert.deepEqual(await runOnce(engine, program, values), first);
  engine.close();
});

Deno.test("createTensorflowEngine() refuses a number of threads below 1", async () => {
  await assert.rejects(createTensorflowEngine({ directory, threads: 0.5 }), RangeError);
  await assert.rejects(
    createTensorflowEngine({ directory: "/nowhere", threads: 5 }),
    (error) => error instanceof UserError,
  );
});
