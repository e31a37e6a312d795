import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { Heap } from "../../src/tensor/engines/wasm/heap.ts";
import { planMemory } from "../../src/tensor/engines/wasm/plan_memory.ts";
import { record } from "../../src/tensor/mod.ts";
import { f32 } from "./kernel_case.ts";

Deno.test("planMemory() works in place along a chain and shares the place of what is dead", () => {
  const size = 4 * 1024;
  const program = record({ x: f32(1024) }, ({ x }) => {
    const chain = tf.neg(tf.abs(tf.exp(x!)));
    return { y: tf.sum(tf.reshape(chain, [32, 32]), 1) };
  });
  const inPlace = program.calls.map((call) =>
    call.kernel === "Reshape" || call.kernel === "Sum" ? [] : [0]
  );
  const plan = planMemory(program, { inPlace, scratch: [] });
  assert.ok(plan.bytes <= size + 128, `${plan.bytes} bytes`);
  const none = planMemory(program, { inPlace: inPlace.map(() => []), scratch: [] });
  assert.ok(none.bytes >= 2 * size && none.bytes <= 2 * size + 128, `${none.bytes} bytes`);
});

Deno.test("planMemory() never gives one place to two values that live at once", () => {
  const program = record({ x: f32(64) }, ({ x }) => {
    const a = tf.exp(x!);
    const b = tf.neg(a);
    const c = tf.square(b);
    return { y: tf.add(tf.add(a, b), c), a };
  });
  const plan = planMemory(program, {
    inPlace: program.calls.map((call) => call.inputs.map((_, i) => i)),
    scratch: [{ slot: 100, call: 1, bytes: 1000 }],
  });
  const [a, b, c] = program.calls.map((call) => plan.roots[call.outputs[0]!]!);
  assert.equal(new Set([a, b, c]).size, 3);
  const ranges = [a!, b!, c!].map((slot) => plan.offsets.get(slot)!);
  assert.equal(new Set(ranges).size, 3);
  const scratch = plan.offsets.get(100)!;
  for (const start of ranges.slice(0, 2)) {
    assert.ok(start + 256 <= scratch || start >= scratch + 1000);
  }
});

Deno.test("Heap reuses and joins freed blocks", () => {
  const heap = new Heap();
  const [a, b, c] = [heap.allocate(1000), heap.allocate(5000), heap.allocate(70_000)];
  assert.ok([a, b, c].every((address) => address % 64 === 0 && address > 0));
  const size = heap.memory.buffer.byteLength;
  heap.free(b);
  heap.free(a);
  heap.free(c);
  assert.equal(heap.bytesTaken, 0);
  assert.equal(heap.allocate(76_000), a);
  assert.equal(heap.memory.buffer.byteLength, size);
  assert.throws(() => heap.free(b), /not allocated/);
  assert.throws(() => heap.allocate(2 ** 33), /4 GiB/);
});
