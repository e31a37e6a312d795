import type { Attributes } from "../kernels.ts";
import { offsetsOf, stridesOf } from "../strides.ts";
import { at, type Interpretation, type Operand } from "./operand.ts";

/** Offsets of the elements that each output element joins: `start[i] + within[j]`. */
function parts(x: Operand, axes: readonly number[]): { start: Int32Array; within: Int32Array } {
  const { shape } = x.spec;
  const strides = stridesOf(shape);
  const pick = (list: readonly number[], inside: boolean) =>
    list.filter((_, axis) => axes.includes(axis) === inside);
  return {
    start: offsetsOf(pick(shape, false), pick(strides, false)),
    within: offsetsOf(pick(shape, true), pick(strides, true)),
  };
}

function reduce(
  axesOf: (attributes: Attributes) => readonly number[],
  join: (part: Float64Array) => number,
): Interpretation {
  return (inputs, outputs, attributes) => {
    const x = at(inputs, 0);
    const { start, within } = parts(x, axesOf(attributes));
    at(outputs, 0).data.forEach((_, i, out) => {
      out[i] = join(Float64Array.from(within, (offset) => x.data[(start[i] ?? 0) + offset] ?? 0));
    });
  };
}

const sum = (part: Float64Array) => part.reduce((total, x) => total + x, 0);
const axes = (attributes: Attributes) => attributes.list("axes");
const axis = (attributes: Attributes) => [attributes.number("axis")];

const softmax: Interpretation = (inputs, outputs) => {
  const [x, out] = [at(inputs, 0), at(outputs, 0)];
  const width = x.spec.shape.at(-1) ?? 1;
  for (let start = 0; start < x.data.length; start += width) {
    const row = x.data.subarray(start, start + width);
    const top = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - top));
    out.data.set(powers.map((power) => power / sum(powers)), start);
  }
};

const cumsum: Interpretation = (inputs, outputs, attributes) => {
  const [x, out] = [at(inputs, 0), at(outputs, 0)];
  const { start, within } = parts(x, axis(attributes));
  const order = attributes.flag("reverse") ? within.toReversed() : within;
  for (const first of start) {
    let total = 0;
    for (const offset of order) {
      const element = x.data[first + offset] ?? 0;
      out.data[first + offset] = attributes.flag("exclusive") ? total : total + element;
      total += element;
    }
  }
};

/** Kernels that join elements along axes. */
export const reduction: Readonly<Record<string, Interpretation>> = {
  Sum: reduce(axes, sum),
  Mean: reduce(axes, (part) => sum(part) / part.length),
  Max: reduce(axes, (part) => part.reduce((top, x) => Math.max(top, x), -Infinity)),
  Min: reduce(axes, (part) => part.reduce((low, x) => Math.min(low, x), Infinity)),
  Prod: reduce(axes, (part) => part.reduce((product, x) => product * x, 1)),
  All: reduce(axes, (part) => Number(part.every((x) => x !== 0))),
  Any: reduce(axes, (part) => Number(part.some((x) => x !== 0))),
  ArgMax: reduce(axis, (part) => part.reduce((best, x, i) => x > (part[best] ?? 0) ? i : best, 0)),
  ArgMin: reduce(axis, (part) => part.reduce((best, x, i) => x < (part[best] ?? 0) ? i : best, 0)),
  Softmax: softmax,
  Cumsum: cumsum,
};
