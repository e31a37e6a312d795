import assert from "node:assert/strict";
import { newTensor } from "../../../src/tensor/engines/tensorflow/host_tensor.ts";
import type { Library } from "../../../src/tensor/engines/tensorflow/library.ts";

/** Some address that is never read. */
const TENSOR = Deno.UnsafePointer.create(64n);

/** What `newTensor` uses of TensorFlow, where there is no memory. */
function withoutMemory(tensor: Deno.PointerValue): { library: Library; deleted: unknown[] } {
  const deleted: unknown[] = [];
  const symbols = {
    TF_AllocateTensor: () => tensor,
    TF_TensorData: () => null,
    TF_DeleteTensor: (given: Deno.PointerValue) => void deleted.push(given),
  };
  return { library: { symbols } as unknown as Library, deleted };
}

for (const [what, tensor] of [["no tensor", null], ["a tensor without data", TENSOR]] as const) {
  Deno.test(`newTensor() says that memory ran out where TensorFlow gives ${what}`, () => {
    const { library, deleted } = withoutMemory(tensor);
    assert.throws(() => newTensor(library, new Float32Array(6), { type: "float32", shape: [6] }), {
      name: "Error",
      message:
        "Out of memory: TensorFlow has none for a tensor of 24 bytes. A smaller batch or net needs less",
    });
    assert.deepEqual(deleted, tensor ? [tensor] : []);
  });
}
