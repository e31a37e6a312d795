/**
 * Tensor layouts of checkpoints (PyTorch: kernels OIHW, linear weights [out, in]) and of programs (HWIO, [in, out]).
 * The rank tells which one a parameter is: 4 a kernel, 2 a linear weight, everything else is the same in both.
 */

/** A tensor's values with its shape, row-major. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** From a program's layout to PyTorch's. */
export function toTorch({ shape, data }: Shaped): Shaped {
  if (shape.length === 4) return transpose({ shape, data }, [3, 2, 0, 1]);
  if (shape.length === 2) return transpose({ shape, data }, [1, 0]);
  return { shape, data };
}

/** From PyTorch's layout to a program's. */
export function fromTorch({ shape, data }: Shaped): Shaped {
  if (shape.length === 4) return transpose({ shape, data }, [2, 3, 1, 0]);
  if (shape.length === 2) return transpose({ shape, data }, [1, 0]);
  return { shape, data };
}

/** Images from [N,C,H,W] to [N,H,W,C]. */
export function channelsLast({ shape, data }: Shaped): Shaped {
  return transpose({ shape, data }, [0, 2, 3, 1]);
}

/** Axis i of the result is axis `order[i]` of the source. */
export function transpose({ shape, data }: Shaped, order: readonly number[]): Shaped {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const outShape = order.map((axis) => shape[axis]!);
  const outStrides = order.map((axis) => strides[axis]!);
  const out = new Float32Array(data.length);
  const index = outShape.map(() => 0);
  for (let at = 0; at < out.length; at++) {
    out[at] = data[index.reduce((sum, i, axis) => sum + i * outStrides[axis]!, 0)]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < outShape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
}
