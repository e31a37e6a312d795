import { UserError } from "../errors.ts";
import { ELEMENT_BYTES, type ElementType, floatValues } from "../train/element_type.ts";

/** Storage behind tensors of a PyTorch file: its bytes lie elsewhere in the file. */
export interface TorchStorage {
  readonly type: ElementType;
  readonly key: string;
  /** Elements. */
  readonly count: number;
}

/** A view into a storage. */
export interface TorchTensor {
  readonly storage: TorchStorage;
  /** In elements, like the strides. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Elements to which fewer may spread: a few bytes of a file must not ask for gigabytes of memory. */
export const SPREAD_LIMIT = 1 << 20;

/** Why a view does not lie inside its storage, or null if it does. */
export function viewProblem({ storage, offset, shape, strides }: TorchTensor): string | null {
  if (shape.length !== strides.length) {
    return `a tensor of ${shape.length} axes with ${strides.length} strides`;
  }
  if (shape.includes(0)) return null;
  const size = elementCount({ shape });
  if (size > Math.max(storage.count, SPREAD_LIMIT)) {
    return `a tensor of ${size} elements on a storage of ${storage.count}`;
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (last < storage.count) return null;
  return `a tensor that reaches element ${last} of a storage of ${storage.count}`;
}

/** Elements of a view. */
export function elementCount({ shape }: Pick<TorchTensor, "shape">): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** A storage's elements as float32. Throws a UserError for bytes of another length and where there are no floats. */
export function storageValues(
  { type, count }: TorchStorage,
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
): Float32Array {
  if (!/^B?F/.test(type)) throw new UserError(`${name}: expected floats, found ${type}`);
  const expected = count * ELEMENT_BYTES[type];
  if (bytes.length !== expected) {
    throw new UserError(`${name}: expected ${expected} bytes, found ${bytes.length}`);
  }
  return floatValues(bytes, type);
}

/** Row-major values of a view, from those of its storage; strides of any order, and 0, are followed. */
export function viewValues(
  { offset, shape, strides }: TorchTensor,
  values: Float32Array,
): Float32Array {
  const size = elementCount({ shape });
  if (isRowMajor(shape, strides)) return values.slice(offset, offset + size);
  const out = new Float32Array(size);
  const index = shape.map(() => 0);
  for (let at = 0, from = offset; at < size; at++) {
    out[at] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
