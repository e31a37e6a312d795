/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  }
  return strides;
}

/** Strides by which `from` is read as if it had the shape `to`: 0 along the axes that are repeated. */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  return to.map((_, axis) => (from[axis - missing] ?? 1) === 1 ? 0 : own[axis - missing] ?? 0);
}

/** Offsets `start + Σ index·stride` of all elements of a shape, in row-major order. */
export function offsetsOf(
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Int32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const offsets = new Int32Array(count);
  const index = Array<number>(shape.length).fill(0);
  let offset = start;
  for (let i = 0; i < count; i++) {
    offsets[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1;
      offset += strides[axis] ?? 0;
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break;
      offset -= (strides[axis] ?? 0) * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return offsets;
}
