/** What holds of every engine besides its numbers: which tensors are alive, and what is refused. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  type DeviceTensor,
  elementCount,
  type Engine,
  record,
  type TensorSpec,
} from "../../src/tensor/mod.ts";
import { bool, f32, i32 } from "./kernel_case.ts";
import { engineTest } from "./tested_engines.ts";

function upload(engine: Engine, ...values: number[]): DeviceTensor {
  return engine.upload(f32(values.length), Float32Array.from(values));
}

async function read(engine: Engine, tensor: DeviceTensor | undefined): Promise<number[]> {
  return [...await engine.download(tensor!)];
}

const pixels: TensorSpec = { shape: [3], dtype: "int32", storage: "uint8" };

engineTest(
  "Engine.upload() keeps every kind of element, and scalars and nothing",
  async (engine) => {
    for (
      const [spec, data] of [
        [f32(2, 2), Float32Array.of(1.5, -0, NaN, -Infinity)],
        [f32(), Float32Array.of(7)],
        [f32(0, 3), new Float32Array()],
        [f32(2), Float32Array.of(1, 2, 3, 4).subarray(1, 3)],
        [i32(2), Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
        [bool(2), Uint8Array.of(1, 0)],
        [pixels, Uint8Array.of(0, 127, 255)],
      ] as const
    ) {
      const tensor = engine.upload(spec, data);
      assert.deepEqual(await engine.download(tensor), data);
      engine.free(tensor);
    }
  },
);

engineTest(
  "Engine refuses data that does not fit, and tensors that are dead or another's",
  async (engine) => {
    assert.throws(() => engine.upload(f32(3), new Float32Array(2)), {
      name: "RangeError",
      message: "float32[3] has 3 elements, found 2",
    });
    const tensor = upload(engine, 1, 2, 3);
    engine.free(tensor);
    assert.throws(() => engine.free(tensor), /\(float32\[3\]\) was freed before/);
    await assert.rejects(async () => await engine.download(tensor), /was freed before/);
    const stranger: DeviceTensor = { spec: f32(3) };
    assert.throws(() => engine.free(stranger), /belongs to another engine/);
  },
);

engineTest(
  "Executable.run() refuses inputs that do not fit, and the state stays alive",
  async (engine) => {
    const executable = await engine.prepare(
      record({ a: f32(2), b: f32(2), c: f32(2) }, ({ a, b, c }) => ({
        a: tf.add(a!, c!),
        b: tf.sub(b!, c!),
      })),
    );
    const [a, b, c] = [upload(engine, 1, 2), upload(engine, 3, 4), upload(engine, 5, 6)];
    await assert.rejects(executable.run({ a, b }), /Input "c" is missing/);
    await assert.rejects(
      executable.run({ a, b, c: upload(engine, 1, 2, 3) }),
      /Input "c": expected float32\[2\], found float32\[3\]/,
    );
    await assert.rejects(executable.run({ a, b: a, c }), /replaced as state is given twice/);
    await assert.rejects(executable.run({ a, b, c: a }), /replaced as state is given twice/);
    const after = await executable.run({ a, b, c });
    assert.deepEqual(await read(engine, after.a), [6, 8]);
    assert.deepEqual(await read(engine, c), [5, 6]);
    await assert.rejects(executable.run({ a, b, c }), /Input "a".* was replaced as state/);
    assert.throws(() => engine.free(b), /was replaced as state/);
    executable.dispose();
    executable.dispose();
    await assert.rejects(
      executable.run({ ...after, c } as Record<string, DeviceTensor>),
      /disposed/,
    );
  },
);

engineTest(
  "Executable.run() swaps, keeps and duplicates state without mixing it up",
  async (engine) => {
    const swap = await engine.prepare(
      record(
        { a: f32(2), b: f32(2), c: f32(2), x: i32(1) },
        ({ a, b, c, x }) => ({ a: b!, b: a!, c: c!, d: a!, e: c!, x2: x!, one: tf.ones([2]) }),
        { state: ["a", "b", "c"] },
      ),
    );
    const x = engine.upload(i32(1), Int32Array.of(7));
    let state: Record<string, DeviceTensor> = {
      a: upload(engine, 1, 2),
      b: upload(engine, 3, 4),
      c: upload(engine, 5, 6),
    };
    for (let i = 0; i < 3; i++) {
      const { d, e, x2, one, ...after } = await swap.run({ ...state, x });
      const given = i % 2 === 0 ? [[1, 2], [3, 4]] : [[3, 4], [1, 2]];
      assert.deepEqual(await read(engine, after.a), given[1]);
      assert.deepEqual(await read(engine, after.b), given[0]);
      assert.deepEqual(await read(engine, after.c), [5, 6]);
      assert.deepEqual(await read(engine, d), given[0]);
      assert.deepEqual(await read(engine, e), [5, 6]);
      assert.deepEqual(await read(engine, x2), [7]);
      assert.deepEqual(await read(engine, one), [1, 1]);
      for (const tensor of [d, e, x2, one]) engine.free(tensor!);
      state = after as Record<string, DeviceTensor>;
    }
  },
);

/** What takes a moment, so that the run is under way when the call returns: `x`, [300,300], times itself. */
const square = record({ x: f32(300, 300) }, ({ x }) => ({ x: tf.matMul(x!, x!) }));

function ones(engine: Engine): DeviceTensor {
  return engine.upload(f32(300, 300), new Float32Array(300 * 300).fill(1));
}

const squared = new Array(300 * 300).fill(300);

engineTest("Executable.run() takes its state at once: a second run is refused", async (engine) => {
  const executable = await engine.prepare(square);
  const x = ones(engine);
  const [first, second] = await Promise.allSettled([
    executable.run({ x }),
    executable.run({ x }),
  ]);
  assert.ok(first.status === "fulfilled" && second.status === "rejected");
  assert.match(String(second.reason), /Input "x" \(float32\[300,300\]\) was replaced as state/);
  assert.deepEqual(await read(engine, first.value.x), squared);
});

engineTest("Engine.free() and a run never both take a tensor", async (engine) => {
  const executable = await engine.prepare(square);
  const x = ones(engine);
  const running = executable.run({ x });
  let isFreed = true;
  try {
    engine.free(x);
  } catch (error) {
    assert.match(String(error), /was replaced as state before/);
    isFreed = false;
  }
  if (isFreed) await assert.rejects(running, /Input "x".* was freed before/);
  else assert.deepEqual(await read(engine, (await running).x), squared);
});

engineTest("Engine.close() may come during a run", async (engine, { tested }) => {
  const running = (await engine.prepare(square)).run({ x: ones(engine) });
  engine.close();
  const [ended] = await Promise.allSettled([running]);
  if (ended.status === "rejected") assert.match(String(ended.reason), /was (closed|disposed)/);
  const other = await tested.open();
  try {
    const { x } = await (await other.prepare(square)).run({ x: ones(other) });
    assert.deepEqual(await read(other, x), squared);
  } finally {
    other.close();
  }
});

engineTest("executables share state tensors", async (engine) => {
  const add = await engine.prepare(
    record({ s: f32(3), x: f32(3) }, ({ s, x }) => ({ s: tf.add(s!, x!) })),
  );
  // Prepared later, and larger.
  const look = await engine.prepare(
    record(
      { s: f32(3) },
      ({ s }) => ({ y: tf.sum(tf.matMul(tf.reshape(s!, [3, 1]), tf.ones([1, 50000])), 1) }),
      { state: [] },
    ),
  );
  const x = upload(engine, 1, 0, -1);
  const { s: first } = await add.run({ s: upload(engine, 0, 0, 0), x });
  const { y } = await look.run({ s: first! });
  const { s: second } = await add.run({ s: first!, x });
  assert.deepEqual(await read(engine, second), [2, 0, -2]);
  assert.deepEqual(await read(engine, y), [50000, 0, -50000]);
});

engineTest("Executable.run() lets timers and signals in between steps", async (engine) => {
  let turns = 0;
  const count = () => void (turns++, immediate = setImmediate(count));
  let immediate = setImmediate(count);
  const without: string[] = [];
  // Small enough to have ended before anyone waits for it, and large enough not to have.
  for (const { size, steps } of [{ size: 2, steps: 100 }, { size: 400, steps: 10 }]) {
    const executable = await engine.prepare(
      record({ x: f32(size, size) }, ({ x }) => ({ x: tf.tanh(tf.matMul(x!, x!)) })),
    );
    let state: Record<string, DeviceTensor> = {
      x: engine.upload(f32(size, size), new Float32Array(size * size).fill(1)),
    };
    for (let i = 0; i < steps; i++) {
      const before = turns;
      state = await executable.run(state);
      if (turns === before) without.push(`step ${i} of ${size} × ${size}`);
    }
  }
  clearImmediate(immediate);
  assert.deepEqual(without, []);
});

engineTest(
  "Engine.prepare() names a kernel that the engine lacks, and the line that called it",
  async (engine) => {
    const program = record({ x: f32(2) }, ({ x }) => ({ y: tf.exp(x!) }));
    Object.assign(program.calls[0]!, { kernel: "Unheard" });
    await assert.rejects(
      async () => await engine.prepare(program),
      new RegExp(
        "^Error: tests/tensor/engines_contract_test\\.ts:\\d+:\\d+: " +
          `the (engine "${engine.name}"|${engine.name} engine) has no (kernel|rule for the kernel) Unheard$`,
      ),
    );
  },
);

engineTest(
  "Engine.prepare() takes programs again and again, and the same bits come out",
  async (engine) => {
    const specs = { x: f32(8, 9, 9, 16), w: f32(3, 3, 16, 24) };
    const program = record(specs, ({ x, w }) => ({
      y: tf.sum(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 1), [0, 1]),
    }));
    const inputs = Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [
        name,
        engine.upload(
          spec,
          Float32Array.from({ length: elementCount(spec.shape) }, (_, i) => Math.sin(i * i)),
        ),
      ]),
    );
    const results = [];
    for (let i = 0; i < 3; i++) {
      const executable = await engine.prepare(program);
      for (let j = 0; j < 2; j++) {
        results.push(await read(engine, (await executable.run(inputs)).y));
      }
      executable.dispose();
    }
    for (const result of results) assert.deepEqual(result, results[0]);
  },
);

engineTest("Engine says what it is", (engine) => {
  assert.match(engine.digest, /^[0-9a-f]{64}$/);
  assert.ok(engine.name && engine.family);
  return Promise.resolve();
});
