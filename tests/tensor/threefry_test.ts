import assert from "node:assert/strict";
import { interpret, record } from "../../src/tensor/mod.ts";
import * as ops from "../../src/tensor/ops.ts";
import { randomBits, randomUniform, streamKey, threefry2x32 } from "../../src/tensor/threefry.ts";
import { i32 } from "./kernel_case.ts";
import { runOnce } from "./run_once.ts";
import { engineTest } from "./tested_engines.ts";

Deno.test("threefry2x32() gives the known answers of its authors", () => {
  const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, "0"));
  assert.deepEqual(hex(threefry2x32([0, 0], [0, 0])), ["6b200159", "99ba4efe"]);
  assert.deepEqual(hex(threefry2x32([-1, -1], [-1, -1])), ["1cb996fc", "bb002be7"]);
  assert.deepEqual(
    hex(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])),
    ["c4923a9c", "483df7a0"],
  );
});

Deno.test("randomBits() gives each element the first word of its own block", () => {
  const key = [-7, 123456] as const;
  for (const count of [0, 1, 1024, 2500]) {
    const expected = Array.from(
      { length: count },
      (_, i) => threefry2x32(streamKey(key, 3), [i, 0])[0],
    );
    assert.deepEqual([...randomBits(key, { stream: 3, count })], expected);
    const uniform = expected.map((bits) => (bits >>> 8) / 2 ** 24);
    assert.deepEqual([...randomUniform(key, { stream: 3, count })], uniform);
  }
});

Deno.test("randomUniform() is uniform, and differs by seed, step and stream", () => {
  const count = 20_000;
  const draw = (key: [number, number], stream: number) => randomUniform(key, { stream, count });
  const first = draw([0, 1], 5);
  const mean = first.reduce((sum, x) => sum + x, 0) / count;
  const squares = first.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
  assert.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
  assert.ok(Math.abs(squares - 1 / 12) < 0.003, `variance ${squares}`);
  assert.ok(first.every((x) => x >= 0 && x < 1));
  for (const other of [draw([1, 1], 5), draw([0, 2], 5), draw([0, 1], 6)]) {
    const product = first.reduce((sum, x, i) => sum + (x - 0.5) * (other[i]! - 0.5), 0) / count;
    assert.ok(Math.abs(product) < 0.003, `correlation ${product}`);
  }
});

const key = [-7, 123456] as const;
const program = record({ key: i32(2) }, (t) => ({
  uniform: ops.randomUniform(t.key!, { stream: 9, shape: [7, 5] }),
  bits: ops.randomBits(t.key!, { stream: 9, shape: [35] }),
}));
const onHost = {
  uniform: randomUniform(key, { stream: 9, count: 35 }),
  bits: Int32Array.from(randomBits(key, { stream: 9, count: 35 }), (word) => word | 0),
};

Deno.test("interpret() draws the bits of those on the host", () => {
  const { uniform, bits } = interpret(program, { key });
  assert.deepEqual(Float32Array.from(uniform!), onHost.uniform);
  assert.deepEqual(Int32Array.from(bits!), onHost.bits);
});

engineTest("Executable.run() draws the bits of those on the host", async (engine) => {
  assert.deepEqual(await runOnce(engine, program, { key }), onHost);
});
