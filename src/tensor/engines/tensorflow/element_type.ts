import type { TensorSpec } from "../../program.ts";

/** Element types by TensorFlow's numbers (TF_DataType). uint32 only occurs inside draws, float64 inside pixel operations. */
export const ELEMENT_TYPES = {
  float32: 1,
  float64: 2,
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

type Elements = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Elements as TensorFlow keeps them: the data itself where it is of that kind. Bools become 0 or 1. */
export function elementsOf(type: ElementType, data: ArrayLike<number>): Elements {
  switch (type) {
    case "float32":
      return data instanceof Float32Array ? data : new Float32Array(data);
    case "float64":
      return data instanceof Float64Array ? data : new Float64Array(data);
    case "int32":
      return data instanceof Int32Array ? data : new Int32Array(data);
    case "uint32":
      return data instanceof Uint32Array ? data : new Uint32Array(data);
    case "bool":
      return Uint8Array.from(data, (element) => Number(element !== 0));
    case "uint8":
      return data instanceof Uint8Array ? data : new Uint8Array(data);
  }
}
