/**
 * Tensor layouts of checkpoints (PyTorch: kernels OIHW, linear weights [out, in]) and of programs (HWIO, [in, out]).
 * The rank tells which one a parameter is: 4 a kernel, 2 a linear weight, everything else is the same in both.
 */

/** A tensor's values with its shape, row-major. */
export interface Shaped {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Axes of a program's tensor in PyTorch's order, by rank. */
const TO_TORCH: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 4: [3, 2, 0, 1] };

/** From a program's layout to PyTorch's. */
export function toTorch({ shape, data }: Shaped): Shaped {
  const order = TO_TORCH[shape.length];
  return order ? transpose({ shape, data }, order) : { shape, data };
}

/** The shape that PyTorch gives to a parameter of a program. */
export function torchShape(shape: readonly number[]): readonly number[] {
  return TO_TORCH[shape.length]?.map((axis) => shape[axis]!) ?? shape;
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
  for (let at = 0, from = 0; at < out.length; at++) {
    out[at] = data[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += outStrides[axis]!;
      if (index[axis]! < outShape[axis]!) break;
      from -= index[axis]! * outStrides[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: outShape, data: out };
}
