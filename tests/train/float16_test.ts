import assert from "node:assert/strict";
import { fromFloat16Bits, roundToFloat16, toFloat16Bits } from "../../src/train/float16.ts";

Deno.test("toFloat16Bits() rounds to nearest even", () => {
  const bits = toFloat16Bits([1, -2, 0.1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -24, 2 ** -25]);
  assert.deepEqual([...bits], [0x3c00, 0xc000, 0x2e66, 0x3c00, 0x3c02, 0x0001, 0x0000]);
});

Deno.test("fromFloat16Bits() inverts toFloat16Bits() for every finite half", () => {
  const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
    .filter((bits) => (bits & 0x7c00) !== 0x7c00);
  assert.deepEqual(toFloat16Bits(fromFloat16Bits(all)), all);
});

Deno.test("roundToFloat16() saturates finite values and keeps the others", () => {
  const rounded = roundToFloat16([1e6, -65520, 65504, Infinity, NaN, 0.1]);
  assert.deepEqual([...rounded], [65504, -65504, 65504, Infinity, NaN, Math.f16round(0.1)]);
});
