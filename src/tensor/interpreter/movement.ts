import { elementCount } from "../program.ts";
import { offsetsOf, stridesOf } from "../strides.ts";
import { at, type Interpretation, type Operand } from "./operand.ts";

/** Copies x read with `strides` from `start`, in the output's order. */
function copy(
  x: Operand,
  out: Operand,
  from: { strides: readonly number[]; start?: number },
): void {
  const offsets = offsetsOf(out.spec.shape, from.strides, from.start ?? 0);
  out.data.set(offsets.length ? Float64Array.from(offsets, (offset) => x.data[offset] ?? 0) : []);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

/** Fills the output at index (i0, i1, …) from the element of x at `map(i, axis)` along each axis; -1 leaves `fill`. */
function remap(
  x: Operand,
  out: Operand,
  options: { map: (index: number, axis: number) => number; fill?: number },
): void {
  const { shape } = out.spec;
  const strides = stridesOf(x.spec.shape);
  const outStrides = stridesOf(shape);
  for (let i = 0; i < out.data.length; i++) {
    let offset = 0;
    for (let axis = 0; offset >= 0 && axis < shape.length; axis++) {
      const index = Math.floor(i / (outStrides[axis] ?? 1)) % (shape[axis] ?? 1);
      const source = options.map(index, axis);
      offset = source < 0 ? -1 : offset + source * (strides[axis] ?? 0);
    }
    out.data[i] = offset < 0 ? options.fill ?? 0 : x.data[offset] ?? 0;
  }
}

/** Mirrored index: REFLECT leaves out the edge, SYMMETRIC repeats it. */
function mirrored(index: number, options: { size: number; symmetric: boolean }): number {
  const { size, symmetric } = options;
  if (index < 0) return symmetric ? -index - 1 : -index;
  if (index >= size) return symmetric ? 2 * size - 1 - index : 2 * size - 2 - index;
  return index;
}

const gather: Interpretation = (inputs, outputs, attributes) => {
  const [x, indices, out] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
  const axis = attributes.number("axis");
  const batches = elementCount(x.spec.shape.slice(0, attributes.number("batchDims")));
  const outer = elementCount(x.spec.shape.slice(attributes.number("batchDims"), axis));
  const size = x.spec.shape[axis] ?? 1;
  const inner = elementCount(x.spec.shape.slice(axis + 1));
  const count = indices.data.length / batches;
  let to = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < outer; row++) {
      for (let i = 0; i < count; i++) {
        const index = indices.data[batch * count + i] ?? 0;
        if (index < 0 || index >= size) {
          throw new RangeError(`GatherV2: index ${index} is outside 0..${size - 1}`);
        }
        const from = ((batch * outer + row) * size + index) * inner;
        out.data.set(x.data.subarray(from, from + inner), to);
        to += inner;
      }
    }
  }
};

const concat: Interpretation = (inputs, outputs, attributes) => {
  const out = at(outputs, 0);
  const axis = attributes.number("axis");
  const total = elementCount(out.spec.shape.slice(axis));
  let start = 0;
  for (const { data, spec } of inputs) {
    const width = elementCount(spec.shape.slice(axis));
    for (let row = 0; row * total < out.data.length; row++) {
      out.data.set(data.subarray(row * width, (row + 1) * width), row * total + start);
    }
    start += width;
  }
};

/** Kernels that move elements and change none. */
export const movement: Readonly<Record<string, Interpretation>> = {
  Reshape: (inputs, outputs) => at(outputs, 0).data.set(at(inputs, 0).data),
  Transpose: (inputs, outputs, attributes) => {
    const strides = stridesOf(at(inputs, 0).spec.shape);
    copy(at(inputs, 0), at(outputs, 0), {
      strides: attributes.list("perm").map((axis) => strides[axis] ?? 0),
    });
  },
  Slice: (inputs, outputs, attributes) => {
    const strides = stridesOf(at(inputs, 0).spec.shape);
    copy(at(inputs, 0), at(outputs, 0), { strides, start: dot(strides, attributes.list("begin")) });
  },
  StridedSlice: (inputs, outputs, attributes) => {
    const own = stridesOf(at(inputs, 0).spec.shape);
    const strides = own.map((stride, axis) => stride * (attributes.list("strides")[axis] ?? 1));
    copy(at(inputs, 0), at(outputs, 0), { strides, start: dot(own, attributes.list("begin")) });
  },
  PadV2: (inputs, outputs, attributes) => {
    const { shape } = at(inputs, 0).spec;
    const paddings = attributes.pairs("paddings");
    remap(at(inputs, 0), at(outputs, 0), {
      fill: attributes.number("value"),
      map: (index, axis) => {
        const source = index - (paddings[axis]?.[0] ?? 0);
        return source < (shape[axis] ?? 0) ? source : -1;
      },
    });
  },
  MirrorPad: (inputs, outputs, attributes) => {
    const { shape } = at(inputs, 0).spec;
    const paddings = attributes.pairs("paddings");
    const symmetric = attributes.text("mode") === "symmetric";
    remap(at(inputs, 0), at(outputs, 0), {
      map: (index, axis) =>
        mirrored(index - (paddings[axis]?.[0] ?? 0), { size: shape[axis] ?? 1, symmetric }),
    });
  },
  Tile: (inputs, outputs) => {
    const { shape } = at(inputs, 0).spec;
    remap(at(inputs, 0), at(outputs, 0), { map: (index, axis) => index % (shape[axis] ?? 1) });
  },
  Reverse: (inputs, outputs, attributes) => {
    const { shape } = at(inputs, 0).spec;
    const axes = attributes.list("axes");
    remap(at(inputs, 0), at(outputs, 0), {
      map: (index, axis) => axes.includes(axis) ? (shape[axis] ?? 1) - 1 - index : index,
    });
  },
  Concat: concat,
  GatherV2: gather,
  OneHot: (inputs, outputs, attributes) => {
    const [indices, out] = [at(inputs, 0), at(outputs, 0)];
    const depth = attributes.number("depth");
    out.data.fill(attributes.number("off"));
    indices.data.forEach((index, row) => {
      if (index >= 0 && index < depth) out.data[row * depth + index] = attributes.number("on");
    });
  },
  UnsortedSegmentSum: (inputs, outputs, attributes) => {
    const [x, ids, out] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
    const width = elementCount(x.spec.shape.slice(1));
    ids.data.forEach((id, row) => {
      if (id < 0 || id >= attributes.number("segments")) return;
      for (let i = 0; i < width; i++) {
        out.data[id * width + i] = (out.data[id * width + i] ?? 0) + (x.data[row * width + i] ?? 0);
      }
    });
  },
};
