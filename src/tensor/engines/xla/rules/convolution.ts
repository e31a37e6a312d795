import type { Attributes } from "../../../kernels.ts";
import type { Emitter } from "../hlo/emitter.ts";
import { type Convolution, convolve, type Pair } from "../hlo/products.ts";
import type { Value } from "../hlo/types.ts";
import { input, output, type Rule } from "./rule.ts";

/** Writes a convolution for one kind of device. */
export type Convolve = (hlo: Emitter, options: Convolution) => Value;

/** Attributes of the three convolution kernels. */
export interface Geometry {
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Before and after height, before and after width. */
  readonly pads: readonly [Pair, Pair];
}

export function geometryOf(attributes: Attributes): Geometry {
  const [sh = 1, sw = 1] = attributes.list("strides");
  const [dh = 1, dw = 1] = attributes.list("dilations");
  const [top = 0, bottom = 0, left = 0, right = 0] = attributes.list("pads");
  return { strides: [sh, sw], dilations: [dh, dw], pads: [[top, bottom], [left, right]] };
}

/** Applies `map` to height and width. */
export function both<T>(map: (side: 0 | 1) => T): readonly [T, T] {
  return [map(0), map(1)];
}

/** y = x ∗ filter; x [N,H,W,Cin], filter [kh,kw,Cin,Cout]. */
export function forward(
  hlo: Emitter,
  operands: { x: Value; filter: Value; geometry: Geometry },
  write: Convolve = convolve,
): Value {
  const { x, filter, geometry } = operands;
  const { strides, dilations, pads } = geometry;
  return write(hlo, {
    ...{ x, filter, strides, pads },
    axes: { x: "b01f", filter: "01io", result: "b01f" },
    dilations: { x: [1, 1], filter: dilations },
  });
}

/** dx [N,H,W,Cin]: dy with its pixels `strides` apart, convolved with the filter turned round. */
export function inputGradient(
  hlo: Emitter,
  operands: { dy: Value; filter: Value; geometry: Geometry; inputShape: readonly number[] },
  write: Convolve = convolve,
): Value {
  const { dy, filter, geometry, inputShape } = operands;
  const { strides, dilations, pads } = geometry;
  return write(hlo, {
    x: dy,
    filter: hlo.reverse(filter, [0, 1]),
    axes: { x: "b01f", filter: "01oi", result: "b01f" },
    strides: [1, 1],
    dilations: { x: strides, filter: dilations },
    pads: both((side) => {
      const window = ((filter.shape[side] ?? 1) - 1) * dilations[side];
      const low = window - pads[side][0];
      const spread = ((dy.shape[side + 1] ?? 1) - 1) * strides[side] + 1;
      return [low, (inputShape[side + 1] ?? 1) - spread - low + window];
    }),
  });
}

/** dfilter [kh,kw,Cin,Cout]: x convolved with dy, the images being the features that are summed over. */
export function filterGradient(
  hlo: Emitter,
  operands: { x: Value; dy: Value; geometry: Geometry; filterShape: readonly number[] },
  write: Convolve = convolve,
): Value {
  const { x, dy, geometry, filterShape } = operands;
  const { strides, dilations, pads } = geometry;
  return write(hlo, {
    x,
    filter: dy,
    axes: { x: "f01b", filter: "i01o", result: "01bf" },
    strides: dilations,
    dilations: { x: [1, 1], filter: strides },
    pads: both((side) => {
      const window = ((dy.shape[side + 1] ?? 1) - 1) * strides[side] + 1;
      const reach = ((filterShape[side] ?? 1) - 1) * dilations[side];
      return [pads[side][0], reach + window - (x.shape[side + 1] ?? 1) - pads[side][0]];
    }),
  });
}

/** Convolutions as the device's library likes to choose itself. */
export const convolution: Readonly<Record<string, Rule>> = {
  Conv2D: (call) =>
    forward(call.hlo, {
      x: input(call, 0),
      filter: input(call, 1),
      geometry: geometryOf(call.attributes),
    }),
  Conv2DBackpropInput: (call) =>
    inputGradient(call.hlo, {
      dy: input(call, 0),
      filter: input(call, 1),
      geometry: geometryOf(call.attributes),
      inputShape: output(call).shape,
    }),
  Conv2DBackpropFilter: (call) =>
    filterGradient(call.hlo, {
      x: input(call, 0),
      dy: input(call, 1),
      geometry: geometryOf(call.attributes),
      filterShape: output(call).shape,
    }),
};
