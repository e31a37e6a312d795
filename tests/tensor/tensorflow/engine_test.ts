import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { UserError } from "../../../src/errors.ts";
import { createTensorflowEngine } from "../../../src/tensor/engines/tensorflow/mod.ts";
import { record, type TensorSpec } from "../../../src/tensor/mod.ts";
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

Deno.test("createTensorflowEngine() refuses a number of threads below 1", async () => {
  await assert.rejects(createTensorflowEngine({ directory, threads: 0.5 }), RangeError);
  await assert.rejects(
    createTensorflowEngine({ directory: "/nowhere", threads: 5 }),
    (error) => error instanceof UserError,
  );
});
