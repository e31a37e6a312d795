import { elementCount } from "../../../program.ts";
import type { CallView, Lower } from "../lowering.ts";

/** The reduced axes as the middle of [outer, count, inner]; undefined if others lie between them. */
function middle(view: CallView): { outer: number; count: number; inner: number } | undefined {
  const { shape } = view.inSpec(0);
  const axes = view.attributes.list("axes").filter((axis) => shape[axis] !== 1);
  const first = Math.min(...axes);
  const last = Math.max(...axes);
  if (!axes.length) return { outer: elementCount(shape), count: 1, inner: 1 };
  const between = shape.slice(first, last + 1)
    .filter((size, i) => size !== 1 && !axes.includes(first + i));
  if (between.length) return undefined;
  return {
    outer: elementCount(shape.slice(0, first)),
    count: elementCount(shape.slice(first, last + 1)),
    inner: elementCount(shape.slice(last + 1)),
  };
}

function sum(mean: boolean): Lower {
  return (view, { kernels }) => {
    const part = middle(view);
    if (!part || view.inSpec(0).dtype !== "float32") return undefined;
    const [x, out] = [view.in(0), view.out()];
    const { outer, count, inner } = part;
    const scale = mean ? 1 / count : 1;
    return { run: (at) => kernels.sumMiddle(at.at(x), at.at(out), outer, count, inner, scale) };
  };
}

function extreme(sign: 1 | -1): Lower {
  return (view, { kernels }) => {
    const part = middle(view);
    if (!part || view.inSpec(0).dtype !== "float32") return undefined;
    const [x, out] = [view.in(0), view.out()];
    const { outer, count, inner } = part;
    return { run: (at) => kernels.extremeMiddle(at.at(x), at.at(out), outer, count, inner, sign) };
  };
}

/** Rows over the last axis of float32 tensors: `work` fills `to` from `from`. */
function rows(work: (from: Float32Array, to: Float32Array) => void): Lower {
  return (view, { heap }) => {
    const { shape } = view.inSpec(0);
    const [x, out, width, count] = [view.in(0), view.out(), shape.at(-1) ?? 1, elementCount(shape)];
    return {
      run: (at) => {
        const [from, to] = [heap.floats(at.at(x), count), heap.floats(at.at(out), count)];
        for (let start = 0; start < count; start += width) {
          work(from.subarray(start, start + width), to.subarray(start, start + width));
        }
      },
      inPlace: [0],
    };
  };
}

function softmax(from: Float32Array, to: Float32Array): void {
  let top = -Infinity;
  for (const x of from) top = Math.max(top, x);
  let total = 0;
  for (let i = 0; i < from.length; i++) {
    const power = Math.exp((from[i] ?? 0) - top);
    to[i] = power;
    total += power;
  }
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) / total;
}

function arg(better: (x: number, best: number) => boolean): Lower {
  return (view, { heap }) => {
    const { shape, dtype } = view.inSpec(0);
    const axis = view.attributes.number("axis");
    const [width, inner] = [shape[axis] ?? 1, elementCount(shape.slice(axis + 1))];
    const [x, out, count] = [view.in(0), view.out(), elementCount(shape)];
    return {
      run: (at) => {
        const from = dtype === "float32"
          ? heap.floats(at.at(x), count)
          : heap.integers(at.at(x), count);
        const to = heap.integers(at.at(out), count / width);
        for (let i = 0; i < to.length; i++) {
          const start = Math.floor(i / inner) * inner * width + i % inner;
          let best = 0;
          for (let j = 1; j < width; j++) {
            if (better(from[start + j * inner] ?? 0, from[start + best * inner] ?? 0)) best = j;
          }
          to[i] = best;
        }
      },
    };
  };
}

/** Kernels that join elements along axes. */
export const reduction: Readonly<Record<string, Lower>> = {
  Sum: sum(false),
  Mean: sum(true),
  Max: extreme(1),
  Min: extreme(-1),
  Softmax: rows(softmax),
  ArgMax: arg((x, best) => x > best),
  ArgMin: arg((x, best) => x < best),
};
