import { deepStrictEqual } from "node:assert/strict";
import { fromTorch, torchShape, toTorch } from "../../src/nets/layout.ts";

const count = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

Deno.test("toTorch() undoes fromTorch() for kernels, linear weights and vectors", () => {
  for (const shape of [[5, 4, 3, 2], [3, 2], [7]]) {
    const tensor = { shape, data: count(shape.reduce((a, b) => a * b, 1)) };
    deepStrictEqual(toTorch(fromTorch(tensor)), tensor);
    deepStrictEqual(torchShape(fromTorch(tensor).shape), shape);
  }
});

Deno.test("fromTorch() turns OIHW into HWIO", () => {
  const { shape, data } = fromTorch({ shape: [2, 3, 1, 2], data: count(12) });
  deepStrictEqual(shape, [1, 2, 3, 2]);
  deepStrictEqual([...data], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
});
