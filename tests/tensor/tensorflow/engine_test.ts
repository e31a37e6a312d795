import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../../../src/errors.ts";
import { TensorflowEngine } from "../../../src/tensor/engines/tensorflow/engine.ts";
import { Library } from "../../../src/tensor/engines/tensorflow/library.ts";
import { createTensorflowEngine } from "../../../src/tensor/engines/tensorflow/mod.ts";
import { openRuntime } from "../../../src/tensor/engines/tensorflow/runtime.ts";
import type { Symbols } from "../../../src/tensor/engines/tensorflow/symbols.ts";
import { type DeviceTensor, record, type TensorSpec } from "../../../src/tensor/mod.ts";
import { gatherImages } from "../../../src/tensor/ops.ts";
import { f32, i32 } from "../kernel_case.ts";
import { directory, openTensorflow, tensorflowTest } from "./installed.ts";

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

/** An engine with some of TensorFlow's functions replaced; the real ones are given. */
function openWith(replace: (real: Symbols) => Partial<Symbols>): TensorflowEngine {
  const runtime = openRuntime({ directory, threads: 2 });
  const { symbols, version } = runtime.library;
  const library = new Library({ ...symbols, ...replace(symbols) }, version);
  return new TensorflowEngine({ ...runtime, library });
}

const gathering = record(
  { sum: f32(3), x: f32(4, 3), indices: i32(1) },
  ({ sum, x, indices }) => ({
    sum: tf.add(sum!, tf.sum(tf.gather(x!, indices as tf.Tensor1D), 0)),
    twice: tf.mul(x!, 2),
  }),
);

for (
  const [what, index, meanwhile] of [
    ["a run", 1, (_engine, run) => void run().catch(() => {})],
    ["free()", 1, (engine, _run, sum) => assert.throws(() => engine.free(sum), /as state before/)],
    ["close()", 1, (engine) => engine.close()],
    ["close() when the run fails", 7, (engine) => engine.close()],
  ] as const satisfies readonly (readonly [
    string,
    number,
    (engine: TensorflowEngine, run: () => Promise<unknown>, sum: DeviceTensor) => void,
  ])[]
) {
  tensorflowTest(`TensorflowEngine deletes every handle once: ${what} during a run`, async () => {
    const deleted: bigint[] = [];
    const engine = openWith(() => ({
      // Really deleted, an address could come again.
      TFE_DeleteTensorHandle: (handle) => void deleted.push(Deno.UnsafePointer.value(handle)),
    }));
    const executable = await engine.prepare(gathering);
    const sum = engine.upload(f32(3), new Float32Array(3));
    const given = {
      sum,
      x: engine.upload(f32(4, 3), new Float32Array(12)),
      indices: engine.upload(i32(1), Int32Array.of(index)),
    };
    const running = executable.run(given);
    meanwhile(engine, () => executable.run(given), sum);
    const [{ status }] = await Promise.allSettled([running]);
    assert.equal(status, index < 4 ? "fulfilled" : "rejected");
    engine.close();
    assert.equal(deleted.length, index < 4 ? 5 : 3);
    assert.equal(new Set(deleted).size, deleted.length);
  });
}

tensorflowTest("TensorflowExecutable.dispose() lets a run end first", async () => {
  const seen: string[] = [];
  const engine = openWith((real) => ({
    TFE_Execute: async (...given) => {
      await real.TFE_Execute(...given);
      seen.push("executed");
    },
    TFE_ContextRemoveFunction: (...given) => {
      seen.push("removed");
      real.TFE_ContextRemoveFunction(...given);
    },
  }));
  const executable = await engine.prepare(
    record({ x: f32(2) }, ({ x }) => ({ y: tf.mul(x!, 2) })),
  );
  const running = executable.run({ x: engine.upload(f32(2), Float32Array.of(1, 2)) });
  executable.dispose();
  assert.deepEqual(await engine.download((await running).y!), Float32Array.of(2, 4));
  assert.deepEqual(seen, ["executed", "removed"]);
  engine.close();
});

Deno.test("createTensorflowEngine() refuses a number of threads below 1", async () => {
  await assert.rejects(createTensorflowEngine({ directory, threads: 0.5 }), RangeError);
  await assert.rejects(
    createTensorflowEngine({ directory: "/nowhere", threads: 5 }),
    (error) => error instanceof UserError,
  );
});
