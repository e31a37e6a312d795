import assert from "node:assert/strict";
import {
  decodeSafetensors,
  encodeSafetensors,
  float16BitValues,
  float32Values,
  int32Values,
  safeTensor,
} from "../../src/train/safetensors.ts";

/** A file with this header and this many bytes of data. */
function file(header: unknown, bytes: number): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const whole = new Uint8Array(8 + json.length + bytes);
  new DataView(whole.buffer).setBigUint64(0, BigInt(json.length), true);
  whole.set(json, 8);
  return whole;
}

Deno.test("decodeSafetensors() reads back what encodeSafetensors() wrote", () => {
  const bytes = encodeSafetensors({
    weights: safeTensor(new Float32Array([1, -0, NaN, 1e-40]), [2, 2]),
    indices: safeTensor(new Int32Array([-1, 2 ** 30]), [2]),
    halves: safeTensor(new Uint16Array([0x3c00]), []),
    flags: { dtype: "BOOL", shape: [3], bytes: new Uint8Array([1, 0, 1]) },
    empty: safeTensor(new Float32Array(0), [0, 4]),
    image: safeTensor(new Uint8Array([255, 0]), [1, 2, 1]),
  }, { step: "3" });
  const { tensors, metadata } = decodeSafetensors(bytes);
  assert.deepEqual(metadata, { step: "3" });
  assert.deepEqual([...tensors.keys()].sort(), [
    "empty",
    "flags",
    "halves",
    "image",
    "indices",
    "weights",
  ]);
  assert.deepEqual(
    new Uint32Array(float32Values(tensors.get("weights")!).buffer),
    new Uint32Array(new Float32Array([1, -0, NaN, 1e-40]).buffer),
  );
  assert.deepEqual(int32Values(tensors.get("indices")!), new Int32Array([-1, 2 ** 30]));
  assert.deepEqual(float16BitValues(tensors.get("halves")!), new Uint16Array([0x3c00]));
  assert.deepEqual(tensors.get("flags")!.dtype, "BOOL");
  assert.deepEqual(tensors.get("image")!.shape, [1, 2, 1]);
});

Deno.test("encodeSafetensors() gives equal bytes whatever the order of names", () => {
  const a = safeTensor(new Float32Array([1]));
  const b = safeTensor(new Float32Array([2]));
  assert.deepEqual(
    encodeSafetensors({ a, b }, { x: "1", y: "2" }),
    encodeSafetensors({ b, a }, { y: "2", x: "1" }),
  );
});

Deno.test("decodeSafetensors() names what is wrong", () => {
  const f32 = (begin: number, end: number, shape = [1]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });
  const whole = encodeSafetensors({ a: safeTensor(new Float32Array([1, 2])) });
  const cases: [string, Uint8Array, RegExp][] = [
    ["empty", new Uint8Array(0), /x\.st: truncated: 0 bytes/],
    ["cut header", whole.subarray(0, 20), /truncated: header ends at/],
    ["cut data", whole.subarray(0, whole.length - 1), /truncated: a ends at byte 8/],
    ["trailing", file({ a: f32(0, 4) }, 5), /1 unused bytes at the end/],
    ["overlap", file({ a: f32(0, 4), b: f32(2, 6) }, 6), /b overlaps a/],
    ["gap", file({ a: f32(0, 4), b: f32(6, 10) }, 10), /2 unused bytes before b/],
    [
      "dtype",
      file({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, 1),
      /a: unknown dtype "F8_E4M3"/,
    ],
    ["size", file({ a: f32(0, 4, [2]) }, 4), /a: F32 \[2\] needs 8 bytes, found 4/],
    ["shape", file({ a: f32(0, 4, [-1]) }, 4), /ill-formed shape/],
    [
      "offsets",
      file({ a: { dtype: "F32", shape: [1], data_offsets: [0] } }, 4),
      /ill-formed data_offsets/,
    ],
    ["json", file("{", 0), /header is not JSON/],
    ["array", file("[]", 0), /not a JSON object/],
    ["length", new Uint8Array(8).fill(255), /header of \d+ bytes is too long/],
  ];
  for (const [what, bytes, message] of cases) {
    assert.throws(() => decodeSafetensors(bytes, "x.st"), { name: "SyntaxError", message }, what);
  }
});

Deno.test("float32Values() refuses another type", () => {
  assert.throws(() => float32Values(safeTensor(new Int32Array(1))), /Expected F32, found I32/);
});
