import type { TensorSpec } from "../../program.ts";

/** Element types by TensorFlow's numbers (TF_DataType). uint32 only occurs inside draws. */
export const ELEMENT_TYPES = {
  float32: 1,
  int32: 3,
  uint8: 4,
  bool: 10,
  uint32: 22,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** The type by which a tensor is kept. */
export function elementType({ dtype, storage }: TensorSpec): ElementType {
  return storage ?? dtype;
}

/** Elements as TensorFlow keeps them. */
export function elementsOf(
  type: ElementType,
  data: ArrayLike<number>,
):
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint8Array<
    ArrayBuffer
  > {
  switch (type) {
    case "float32":
      return Float32Array.from(data);
    case "int32":
      return Int32Array.from(data);
    case "uint32":
      return Uint32Array.from(data);
    case "bool":
      return Uint8Array.from(data, (element) => Number(element !== 0));
    case "uint8":
      return Uint8Array.from(data);
  }
}
