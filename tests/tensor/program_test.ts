import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  lineOf,
  type Program,
  programFromJson,
  programToJson,
  record,
  validateProgram,
} from "../../src/tensor/mod.ts";
import { expandProgram } from "../../src/tensor/expand.ts";
import { pixelOperation } from "../../src/tensor/ops.ts";
import { f32, i32 } from "./kernel_case.ts";

const spec = f32(2);
const good: Program = {
  values: [spec, spec, spec],
  inputs: { x: 0 },
  constants: [{ value: 1, splat: 2 }],
  calls: [{ kernel: "Add", inputs: [0, 1], attributes: {}, outputs: [2] }],
  outputs: { y: 2 },
  state: [],
};

Deno.test("validateProgram() names what is wrong", () => {
  validateProgram(good);
  const wrong: readonly (readonly [Partial<Program>, RegExp])[] = [
    [{ outputs: { y: 5 } }, /Value|%5/],
    [{ calls: [] }, /%2 is read by output "y" before it is written/],
    [{ constants: [{ value: 1 }] }, /either data or a splat/],
    [{ constants: [{ value: 1, data: [1, 2, 3] }] }, /has not 3 elements/],
    [{ constants: [{ value: 0, splat: 1 }, { value: 1, splat: 2 }] }, /%0 is written twice/],
    [{ values: [spec, spec, f32(3)] }, /Add .*output 0 is float32\[3\], expected float32\[2\]/],
    [{ calls: [{ ...good.calls[0]!, kernel: "Frobnicate" }] }, /Unknown kernel Frobnicate/],
    [{ state: ["y"] }, /State "y" must be an input and an output/],
    [
      { values: [spec, { shape: [2], dtype: "int32" }, spec] },
      /Add: operands are float32\[2\] and int32\[2\]/,
    ],
  ];
  for (const [change, message] of wrong) {
    assert.throws(() => validateProgram({ ...good, ...change }), message);
  }
});

Deno.test("programFromJson() reads what programToJson() wrote, special numbers too", () => {
  const program = record({ x: f32(3) }, ({ x }) => ({
    y: tf.add(x!, tf.tensor1d([-0, Infinity, NaN])),
    z: tf.maximum(x!, -Infinity),
  }));
  const text = programToJson(program);
  const read = programFromJson(text);
  assert.deepEqual(read, program);
  assert.equal(programToJson(read), text);
  assert.throws(
    () => programFromJson(text.replace('"format":1', '"format":99')),
    /format 1, found 99/,
  );
});

Deno.test("expandProgram() gives a composite's calls the line of the kernel that they replace", () => {
  const inputs = { x: f32(1, 4, 4, 3), kind: i32(1), value: f32(1), coefficients: i32(1, 6) };
  const program = record(inputs, ({ x, kind, value, coefficients }) => {
    const options = { kind: kind!, value: value!, coefficients: coefficients! };
    const once = pixelOperation(x as tf.Tensor4D, options);
    return { twice: pixelOperation(once, options) };
  });
  const lines = program.calls.map(lineOf);
  assert.equal(new Set(lines).size, 2);
  const expanded = expandProgram(program);
  assert.ok(expanded.calls.length > 100);
  assert.deepEqual(new Set(expanded.calls.map(lineOf)), new Set(lines));
});
