import assert from "node:assert/strict";
import {
  storageValues,
  type TorchTensor,
  viewProblem,
  viewValues,
} from "../../src/weights/torch_tensor.ts";

/** A view of the storage 0, 1, 2 … 11. */
function view(changes: Partial<TorchTensor>): TorchTensor {
  const storage = { type: "F32", key: "0", count: 12 } as const;
  return { storage, offset: 0, shape: [12], strides: [1], ...changes };
}

const elements = Float32Array.from({ length: 12 }, (_, i) => i);
const bytes = new Uint8Array(elements.buffer);

function values(changes: Partial<TorchTensor>): number[] {
  return [...viewValues(view(changes), elements)];
}

Deno.test("viewValues() follows offset and strides", () => {
  assert.deepEqual(values({ shape: [2, 3], strides: [3, 1], offset: 2 }), [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(values({ shape: [2, 2], strides: [1, 6] }), [0, 6, 1, 7]);
  assert.deepEqual(values({ shape: [2, 1, 3], strides: [4, 99, 0] }), [0, 0, 0, 4, 4, 4]);
  assert.deepEqual(values({ shape: [], strides: [], offset: 11 }), [11]);
  assert.deepEqual(values({ shape: [0, 3], strides: [3, 1] }), []);
});

Deno.test("storageValues() refuses bytes of another length and what is no float", () => {
  const { storage } = view({});
  assert.deepEqual(storageValues(storage, { bytes, name: "t" }), elements);
  assert.throws(() => storageValues(storage, { bytes: bytes.subarray(4), name: "t" }), {
    name: "UserError",
    message: "t: expected 48 bytes, found 44",
  });
  const integers = { type: "I64", key: "0", count: 12 } as const;
  assert.throws(
    () => storageValues(integers, { bytes, name: "t" }),
    /t: expected floats, found I64/,
  );
});

Deno.test("viewProblem() names views that leave their storage or spread it beyond measure", () => {
  assert.equal(viewProblem(view({})), null);
  assert.equal(viewProblem(view({ shape: [0], offset: 99 })), null);
  assert.match(viewProblem(view({ offset: 1 }))!, /reaches element 12 of a storage of 12/);
  assert.match(viewProblem(view({ shape: [2, 2], strides: [11, 1] }))!, /reaches element 12/);
  assert.match(viewProblem(view({ strides: [1, 1] }))!, /1 axes with 2 strides/);
  assert.match(viewProblem(view({ shape: [1e9], strides: [0] }))!, /1000000000 elements on a/);
});
