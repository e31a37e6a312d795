import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { record } from "../../src/tensor/mod.ts";
import { f32 } from "./kernel_case.ts";
import { runOnce } from "./run_once.ts";
import { engineTest } from "./tested_engines.ts";

engineTest("Executable.run() rounds products that decide between whole numbers", async (engine) => {
  const [x, d, v] = [0, 1, 2].map((which) =>
    Float32Array.from(
      { length: 65536 },
      (_, i) => [i & 255, i >> 8, Math.fround((i * 7919 % 100) / 100)][which]!,
    )
  );
  const count = x!.length;
  const program = record({ x: f32(count), d: f32(count), v: f32(count) }, (t) => ({
    y: tf.floor(tf.add(t.d!, tf.mul(t.v!, tf.sub(t.x!, t.d!)))),
  }));
  const { y } = await runOnce(engine, program, { x: x!, d: d!, v: v! });
  const wrong = y!.filter((found, i) =>
    found !== Math.floor(Math.fround(d![i]! + Math.fround(v![i]! * (x![i]! - d![i]!))))
  );
  assert.equal(wrong.length, 0);
});
