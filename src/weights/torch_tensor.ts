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

/** Elements to which a view may spread fewer: a few bytes of a file must not ask for gigabytes of memory. */
const SPREAD_LIMIT = 1 << 20;

/** Why a view does not lie inside its storage, or null if it does. */
export function viewProblem({ storage, offset, shape, strides }: TorchTensor): string | null {
  if (shape.length !== strides.length) {
    return `a tensor of ${shape.length} axes with ${strides.length} strides`;
  }
  if (shape.includes(0)) return null;
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > Math.max(storage.count, SPREAD_LIMIT)) {
    return `a tensor of ${size} elements on a storage of ${storage.count}`;
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (last < storage.count) return null;
  return `a tensor that reaches element ${last} of a storage of ${storage.count}`;
}

/** Row-major float32 values of a view; strides of any order, and 0, are followed. Throws a UserError where there are no floats. */
export function tensorValues(
  { storage, offset, shape, strides }: TorchTensor,
  { bytes, name }: { readonly bytes: Uint8Array; readonly name: string },
): Float32Array {
  const { type, count } = storage;
  if (!/^B?F/.test(type)) throw new UserError(`${name}: expected floats, found ${type}`);
  const width = ELEMENT_BYTES[type];
  if (bytes.length !== count * width) {
    throw new UserError(`${name}: expected ${count * width} bytes, found ${bytes.length}`);
  }
  const values = floatValues(bytes, type);
  const size = shape.reduce((product, n) => product * n, 1);
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
