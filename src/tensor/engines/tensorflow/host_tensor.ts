import type { HostArray } from "../../engine.ts";
import { elementCount, type TensorSpec } from "../../program.ts";
import { outOfMemoryText } from "../out_of_memory.ts";
import { ELEMENT_TYPES, elementsOf, type ElementType, elementType } from "./element_type.ts";
import type { Library } from "./library.ts";

/** A TF_Tensor with these elements; the caller deletes it. Throws an Error if there is no memory for it. */
export function newTensor(
  { symbols }: Library,
  data: ArrayBufferView,
  { type, shape }: { readonly type: ElementType; readonly shape: readonly number[] },
): Deno.PointerValue {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const dims = BigInt64Array.from(shape, BigInt);
  const tensor = symbols.TF_AllocateTensor(
    ELEMENT_TYPES[type],
    dims,
    shape.length,
    BigInt(bytes.length),
  );
  if (!tensor) throw outOfMemory(bytes);
  if (bytes.length === 0) return tensor;
  const target = symbols.TF_TensorData(tensor);
  if (!target) {
    symbols.TF_DeleteTensor(tensor);
    throw outOfMemory(bytes);
  }
  memory(target, bytes.length).set(bytes);
  return tensor;
}

function outOfMemory({ length }: Uint8Array): Error {
  return new Error(outOfMemoryText(`TensorFlow has none for a tensor of ${length} bytes`));
}

/** A TFE_TensorHandle with a copy of host data; the caller deletes it. Throws an Error if there is no memory for it. */
export function newHandle(
  library: Library,
  spec: TensorSpec,
  data: ArrayLike<number>,
): Deno.PointerValue {
  const { symbols } = library;
  const type = elementType(spec);
  const tensor = newTensor(library, elementsOf(type, data), { type, shape: spec.shape });
  try {
    return library.checked((status) => symbols.TFE_NewTensorHandle(tensor, status));
  } finally {
    symbols.TF_DeleteTensor(tensor);
  }
}

/** A copy of a handle's elements. */
export function readHandle(
  library: Library,
  spec: TensorSpec,
  handle: Deno.PointerValue,
): HostArray {
  const { symbols } = library;
  const tensor = library.checked((status) => symbols.TFE_TensorHandleResolve(handle, status));
  try {
    const type = elementType(spec);
    const count = elementCount(spec.shape);
    const bytes = Number(symbols.TF_TensorByteSize(tensor));
    const wanted = count * (type === "float32" || type === "int32" ? 4 : 1);
    if (bytes !== wanted) {
      throw new Error(`internal: a tensor has ${bytes} bytes, expected ${wanted}`);
    }
    const { buffer } = bytes
      ? memory(symbols.TF_TensorData(tensor), bytes).slice()
      : new Uint8Array();
    if (type === "float32") return new Float32Array(buffer);
    return type === "int32" ? new Int32Array(buffer) : new Uint8Array(buffer);
  } finally {
    symbols.TF_DeleteTensor(tensor);
  }
}

function memory(pointer: Deno.PointerValue, bytes: number): Uint8Array<ArrayBuffer> {
  if (!pointer) throw new Error("internal: a tensor has no data");
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, bytes));
}
