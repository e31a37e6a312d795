import { elementCount } from "../../../program.ts";
import type { Emitter } from "../hlo/emitter.ts";
import { type Convolution, convolve, dot } from "../hlo/products.ts";
import type { Value } from "../hlo/types.ts";
import {
  both,
  filterGradient,
  forward,
  type Geometry,
  geometryOf,
  inputGradient,
} from "./convolution.ts";
import { input, output, type Rule } from "./rule.ts";

/** The order of axes that XLA's CPU back end has a fast path for. */
const CANONICAL = { x: "b01f", filter: "01io", result: "b01f" };

/** A convolution in canonical form, operands and result transposed to it. */
function canonical(hlo: Emitter, options: Convolution): Value {
  const perm = (from: string, to: string) => [...to].map((letter) => from.indexOf(letter));
  const { x, filter, axes } = options;
  const result = convolve(hlo, {
    ...options,
    x: hlo.transpose(x, perm(axes.x, CANONICAL.x)),
    filter: hlo.transpose(filter, perm(axes.filter, CANONICAL.filter)),
    axes: CANONICAL,
  });
  return hlo.transpose(result, perm(CANONICAL.result, axes.result));
}

/** Every `strides`-th pixel, without pads. */
function everyPixel(hlo: Emitter, x: Value, strides: Geometry["strides"]): Value {
  return hlo.slice(x, {
    begin: x.shape.map(() => 0),
    end: x.shape,
    strides: [1, ...strides, 1],
  });
}

function isPointwise(filterShape: readonly number[], { pads }: Geometry): boolean {
  return filterShape[0] === 1 && filterShape[1] === 1 && pads.flat().every((pad) => pad === 0);
}

/** Pixels and images as the rows of a matrix. */
function rows(hlo: Emitter, x: Value): Value {
  const features = x.shape.at(-1) ?? 1;
  return hlo.reshape(x, [elementCount(x.shape) / features, features]);
}

/** Bytes of x that a filter gradient takes at a time. */
const SLICE_BYTES = 2 ** 20;

/**
 * The images in parts of about `SLICE_BYTES`, whose gradients are added: a loop, since each part on its own would be compiled on its own. What
 * is left at the end is one more part.
 */
function filterGradientInParts(
  hlo: Emitter,
  operands: Parameters<typeof filterGradient>[1],
): Value {
  const { x, dy } = operands;
  const images = x.shape[0] ?? 1;
  const fitting = SLICE_BYTES * images / (4 * elementCount(x.shape));
  const size = Math.max(1, Math.min(images, Math.round(fitting)));
  const whole = Math.floor(images / size);
  const gradient = (xs: Value, dys: Value) =>
    filterGradient(hlo, { ...operands, x: xs, dy: dys }, canonical);
  if (whole < 2) return gradient(x, dy);
  const zero = hlo.splat(0, { type: x.type, shape: operands.filterShape });
  const [sum] = hlo.repeat(whole, [zero, x, dy], (index, [sum, ...both]) => {
    const from = hlo.elementwise("multiply", [index, hlo.like(index, size)]);
    const [xs, dys] = both.map((all) => hlo.dynamicSlice(all, { from, size }));
    if (!sum || !xs || !dys) throw new Error("internal: the state of a filter's gradient");
    return [hlo.elementwise("add", [sum, gradient(xs, dys)]), ...both];
  });
  if (!sum) throw new Error("internal: a loop without result");
  const done = whole * size;
  if (done === images) return sum;
  const rest = [x, dy].map((all) => hlo.slice(all, { begin: [done, 0, 0, 0], end: all.shape })) as [
    Value,
    Value,
  ];
  return hlo.elementwise("add", [sum, gradient(...rest)]);
}

/**
 * The gradient of a strided convolution without gaps between the pixels of dy: pixels of dx that are a stride apart meet the same taps of the
 * filter, so that each of the stride² groups is a convolution of its own, and the results are interleaved.
 */
function subPixelInputGradient(
  hlo: Emitter,
  operands: Parameters<typeof inputGradient>[1],
): Value {
  const { dy, filter, geometry: { strides, pads }, inputShape } = operands;
  const [images = 1, , , features = 1] = inputShape;
  // Pixels of a group, the same for all: those beyond the edge are cut off at the end.
  const sizes = both((side) => Math.ceil((inputShape[side + 1] ?? 1) / strides[side]));
  const group = (phases: readonly [number, number]): Value => {
    const first = both((side) => (phases[side] + pads[side][0]) % strides[side]);
    const shape = [images, ...sizes, features];
    if (both((side) => first[side] >= (filter.shape[side] ?? 1)).some(Boolean)) {
      return hlo.splat(0, { type: dy.type, shape });
    }
    const taps = hlo.slice(filter, {
      begin: [...first, 0, 0],
      end: filter.shape,
      strides: [...strides, 1, 1],
    });
    return canonical(hlo, {
      x: dy,
      filter: hlo.reverse(taps, [0, 1]),
      axes: { x: "b01f", filter: "01oi", result: "b01f" },
      strides: [1, 1],
      dilations: { x: [1, 1], filter: [1, 1] },
      pads: both((side) => {
        const length = taps.shape[side] ?? 1;
        // The pixel of dy that the first tap meets, counted from the group's own pixel.
        const ahead = (phases[side] + pads[side][0] - first[side]) / strides[side];
        const low = length - 1 - ahead;
        return [low, sizes[side] + length - 1 - (dy.shape[side + 1] ?? 1) - low];
      }),
    });
  };
  const lines = Array.from({ length: strides[0] }, (_, row) => {
    const columns = Array.from(
      { length: strides[1] },
      (_, column) =>
        hlo.reshape(group([row, column]), [images, sizes[0], 1, sizes[1], 1, features]),
    );
    return hlo.concat(columns, 4);
  });
  const [height, width] = both((side) => sizes[side] * strides[side]);
  const whole = hlo.reshape(hlo.concat(lines, 2), [images, height, width, features]);
  return hlo.slice(whole, { begin: [0, 0, 0, 0], end: inputShape });
}

/** dx of a 1×1 filter: a matrix product, its pixels spread `strides` apart. */
function pointwiseInputGradient(
  hlo: Emitter,
  operands: Parameters<typeof inputGradient>[1],
): Value {
  const { dy, filter, geometry: { strides }, inputShape } = operands;
  const matrix = hlo.reshape(filter, filter.shape.slice(2));
  const product = dot(hlo, [rows(hlo, dy), matrix], { contract: [[1], [1]] });
  const shape = [...dy.shape.slice(0, 3), filter.shape[2] ?? 1];
  const interior = [0, strides[0] - 1, strides[1] - 1, 0];
  return hlo.pad(hlo.reshape(product, shape), {
    low: [0, 0, 0, 0],
    high: shape.map((size, axis) =>
      (inputShape[axis] ?? 1) - (size + (size - 1) * (interior[axis] ?? 0))
    ),
    interior,
  });
}

/** Convolutions as XLA's CPU back end runs them fast. */
export const convolutionOnCpu: Readonly<Record<string, Rule>> = {
  Conv2D: (call) => {
    const [x, filter] = [input(call, 0), input(call, 1)];
    return forward(call.hlo, { x, filter, geometry: geometryOf(call.attributes) }, canonical);
  },
  Conv2DBackpropInput: (call) => {
    const geometry = geometryOf(call.attributes);
    const [dy, filter] = [input(call, 0), input(call, 1)];
    const operands = { dy, filter, geometry, inputShape: output(call).shape };
    if (isPointwise(filter.shape, geometry)) return pointwiseInputGradient(call.hlo, operands);
    const { strides, dilations } = geometry;
    const dense = dilations.every((step) => step === 1);
    return dense && strides.some((step) => step > 1)
      ? subPixelInputGradient(call.hlo, operands)
      : inputGradient(call.hlo, operands, canonical);
  },
  Conv2DBackpropFilter: (call) => {
    const { hlo } = call;
    const geometry = geometryOf(call.attributes);
    const [x, dy] = [input(call, 0), input(call, 1)];
    const filterShape = output(call).shape;
    if (!isPointwise(filterShape, geometry)) {
      return filterGradientInParts(hlo, { x, dy, geometry, filterShape });
    }
    const read = everyPixel(hlo, x, geometry.strides);
    const product = dot(hlo, [rows(hlo, read), rows(hlo, dy)], { contract: [[0], [0]] });
    return hlo.reshape(product, filterShape);
  },
};
