import { lineOf } from "../../../call_sites.ts";
import { elementCount } from "../../../program.ts";
import { stridesOf } from "../../../strides.ts";
import { collapse, innermost } from "../collapse.ts";
import {
  type CallView,
  elementBytes,
  type Lower,
  type LoweringContext,
  type Run,
} from "../lowering.ts";

const LOOPS = 5;

/** One strided copy of elements of four bytes: offsets and strides in elements. */
interface Copy {
  readonly sizes: readonly number[];
  readonly from: { readonly start?: number; readonly strides: readonly number[] };
  readonly to: { readonly start?: number; readonly strides: readonly number[] };
}

function copy(
  slots: { from: number; to: number },
  { kernels }: LoweringContext,
  layout: Copy,
): Run | undefined {
  const inBytes = (strides: readonly number[]) => strides.map((stride) => 4 * stride);
  const loops = innermost(
    collapse({
      sizes: layout.sizes,
      strides: [inBytes(layout.from.strides), inBytes(layout.to.strides)],
    }),
    LOOPS,
  );
  if (!loops) return undefined;
  const rest = [...loops.sizes, ...loops.strides.flat()];
  const [fromStart, toStart] = [4 * (layout.from.start ?? 0), 4 * (layout.to.start ?? 0)];
  return (at) =>
    kernels.copyStrided(at.at(slots.from) + fromStart, at.at(slots.to) + toStart, ...rest);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}

/** The whole output, read from input 0 with other strides. */
function viewed(
  view: CallView,
  context: LoweringContext,
  from: (
    own: number[],
    shape: readonly number[],
  ) => { start?: number; strides: number[]; sizes?: number[]; to?: number[] },
): ReturnType<Lower> {
  const { shape } = view.outSpec();
  if (view.inSpec(0).storage) return undefined;
  const source = from(stridesOf(view.inSpec(0).shape), view.inSpec(0).shape);
  const run = copy({ from: view.in(0), to: view.out() }, context, {
    sizes: source.sizes ?? shape,
    from: { start: source.start ?? 0, strides: source.strides },
    to: { strides: source.to ?? stridesOf(shape) },
  });
  return run && { run };
}

const pad: Lower = (view, context) => {
  const { kernels } = context;
  const { shape, dtype } = view.outSpec();
  const strides = stridesOf(shape);
  const begin = view.attributes.pairs("paddings").map((pair) => pair[0] ?? 0);
  const inner = copy({ from: view.in(0), to: view.out() }, context, {
    sizes: view.inSpec(0).shape,
    from: { strides: stridesOf(view.inSpec(0).shape) },
    to: { start: dot(strides, begin), strides },
  });
  if (!inner) return undefined;
  const value = view.attributes.number("value");
  const bits = dtype === "float32" ? new Int32Array(Float32Array.of(value).buffer)[0] ?? 0 : value;
  const [out, count] = [view.out(), elementCount(shape)];
  return {
    run: (at) => {
      kernels.fill(at.at(out), count, bits);
      inner(at);
    },
  };
};

const concat: Lower = (view, context) => {
  const strides = stridesOf(view.outSpec().shape);
  const axis = view.attributes.number("axis");
  let start = 0;
  const runs: Run[] = [];
  for (const [index, from] of view.call.inputs.entries()) {
    const { shape } = view.inSpec(index);
    const run = copy({ from, to: view.out() }, context, {
      sizes: shape,
      from: { strides: stridesOf(shape) },
      to: { start, strides },
    });
    if (!run) return undefined;
    runs.push(run);
    start += (shape[axis] ?? 0) * (strides[axis] ?? 0);
  }
  return { run: (at) => runs.forEach((run) => run(at)) };
};

const gather: Lower = (view, { kernels }) => {
  const [x, indices] = [view.inSpec(0), view.inSpec(1)];
  const axis = view.attributes.number("axis");
  const batchDims = view.attributes.number("batchDims");
  if (batchDims !== 0 && batchDims !== axis) return undefined;
  const size = x.shape[axis] ?? 1;
  const outer = elementCount(x.shape.slice(0, axis));
  const count = elementCount(indices.shape.slice(batchDims));
  const bytes = elementCount(x.shape.slice(axis + 1)) * elementBytes(x);
  const [from, index, to] = [view.in(0), view.in(1), view.out()];
  const perOuter = Number(batchDims !== 0);
  return {
    run: (at) => {
      const wrong = kernels.gather(
        at.at(from),
        at.at(index),
        at.at(to),
        outer,
        size,
        count,
        bytes,
        perOuter,
      );
      if (wrong === -1) return;
      const found = wrong === -(2 ** 31) ? -1 : wrong;
      throw new RangeError(
        `${lineOf(view.call)}: GatherV2 expected indices of 0..${size - 1}, found ${found}`,
      );
    },
  };
};

const oneHot: Lower = (view, { heap, kernels }) => {
  const depth = view.attributes.number("depth");
  const float = view.outSpec().dtype === "float32";
  const [on, off] = ["on", "off"].map((name) => {
    const value = view.attributes.number(name);
    return float ? new Int32Array(Float32Array.of(value).buffer)[0] ?? 0 : value;
  });
  const [x, out, count] = [view.in(0), view.out(), elementCount(view.inSpec(0).shape)];
  return {
    run: (at) => {
      kernels.fill(at.at(out), count * depth, off ?? 0);
      const indices = heap.integers(at.at(x), count);
      const to = heap.integers(at.at(out), count * depth);
      for (let row = 0; row < count; row++) {
        const index = indices[row] ?? -1;
        if (index >= 0 && index < depth) to[row * depth + index] = on ?? 1;
      }
    },
  };
};

/** Kernels that move elements and change none. */
export const movement: Readonly<Record<string, Lower>> = {
  Transpose: (view, context) =>
    viewed(view, context, (own) => ({
      strides: view.attributes.list("perm").map((axis) => own[axis] ?? 0),
    })),
  Slice: (view, context) =>
    viewed(
      view,
      context,
      (own) => ({ strides: own, start: dot(own, view.attributes.list("begin")) }),
    ),
  StridedSlice: (view, context) =>
    viewed(view, context, (own) => ({
      strides: own.map((stride, axis) => stride * (view.attributes.list("strides")[axis] ?? 1)),
      start: dot(own, view.attributes.list("begin")),
    })),
  Reverse: (view, context) =>
    viewed(view, context, (own, shape) => {
      const axes = view.attributes.list("axes");
      return {
        strides: own.map((stride, axis) => axes.includes(axis) ? -stride : stride),
        start: axes.reduce((start, axis) => start + (own[axis] ?? 0) * ((shape[axis] ?? 1) - 1), 0),
      };
    }),
  // Each axis becomes two loops: its repetitions, then its elements.
  Tile: (view, context) =>
    viewed(view, context, (own, shape) => {
      const reps = view.attributes.list("reps");
      const to = stridesOf(view.outSpec().shape);
      return {
        sizes: shape.flatMap((size, axis) => [reps[axis] ?? 1, size]),
        strides: own.flatMap((stride) => [0, stride]),
        to: to.flatMap((stride, axis) => [stride * (shape[axis] ?? 1), stride]),
      };
    }),
  PadV2: pad,
  Concat: concat,
  GatherV2: gather,
  OneHot: oneHot,
};
