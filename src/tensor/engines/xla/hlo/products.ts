import type { Emitter } from "./emitter.ts";
import { listText, pairsText, type Value } from "./types.ts";

/** Products in full float32, also where a device would round operands to fewer bits unasked. */
const PRECISION = "[#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]";

/** Axes of a product of two values. */
export interface DotAxes {
  /** Axes that both share and keep. */
  readonly batch?: readonly [a: readonly number[], b: readonly number[]];
  /** Axes that are summed over. */
  readonly contract: readonly [a: readonly number[], b: readonly number[]];
}

/** Σ a·b over the contracted axes: [batch.., rest of a.., rest of b..]. */
export function dot(hlo: Emitter, operands: readonly [Value, Value], axes: DotAxes): Value {
  const [a, b] = operands;
  const { batch = [[], []], contract } = axes;
  const rest = (x: Value, side: 0 | 1) =>
    x.shape.filter((_, axis) => !batch[side].includes(axis) && !contract[side].includes(axis));
  const lists = {
    lhs_batching_dimensions: batch[0],
    rhs_batching_dimensions: batch[1],
    lhs_contracting_dimensions: contract[0],
    rhs_contracting_dimensions: contract[1],
  };
  const numbers = Object.entries(lists).flatMap(([name, list]) =>
    list.length ? [`${name} = [${list.join(", ")}]`] : []
  );
  return hlo.op("dot_general", operands, {
    type: a.type,
    shape: [...batch[0].map((axis) => a.shape[axis] ?? 1), ...rest(a, 0), ...rest(b, 1)],
    attributes: {
      dot_dimension_numbers: `#stablehlo.dot<${numbers.join(", ")}>`,
      precision_config: PRECISION,
    },
  });
}

/** Height and width. */
export type Pair = readonly [number, number];

/**
 * A convolution. Axes are named by letters in the order of an operand's axes: `b` batch, `f` features, `i` and `o` features of the filter,
 * `0` and `1` height and width.
 */
export interface Convolution {
  readonly x: Value;
  readonly filter: Value;
  readonly axes: { readonly x: string; readonly filter: string; readonly result: string };
  readonly strides: Pair;
  /** Before and after height, before and after width; negative ones cut. */
  readonly pads: readonly [Pair, Pair];
  /** Steps between the elements of x, and of the filter. */
  readonly dilations: { readonly x: Pair; readonly filter: Pair };
}

function sizeOf(value: Value, axes: string, letter: string): number {
  return value.shape[axes.indexOf(letter)] ?? 1;
}

/** Height or width of the result. */
function resultSize(options: Convolution, side: 0 | 1): number {
  const { x, filter, axes, pads, dilations, strides } = options;
  const size = (sizeOf(x, axes.x, String(side)) - 1) * dilations.x[side] + 1;
  const window = (sizeOf(filter, axes.filter, String(side)) - 1) * dilations.filter[side] + 1;
  const padded = size + pads[side][0] + pads[side][1];
  return Math.max(0, Math.floor((padded - window) / strides[side]) + 1);
}

/** Cuts x where the pads are negative, which not every back end takes. */
function withoutCuts(hlo: Emitter, options: Convolution): Convolution {
  const { x, axes, pads, dilations } = options;
  if (pads.flat().every((pad) => pad >= 0)) return options;
  const perAxis = (value: (side: 0 | 1) => number) =>
    [...axes.x].map((letter) => letter === "0" ? value(0) : letter === "1" ? value(1) : 0);
  const cut = hlo.pad(x, {
    low: perAxis((side) => Math.min(0, pads[side][0])),
    high: perAxis((side) => Math.min(0, pads[side][1])),
    interior: perAxis((side) => dilations.x[side] - 1),
  });
  const positive = ([before, after]: Pair): Pair => [Math.max(0, before), Math.max(0, after)];
  return {
    ...options,
    x: cut,
    pads: [positive(pads[0]), positive(pads[1])],
    dilations: { ...dilations, x: [1, 1] },
  };
}

/** Writes a convolution with the axes as they are. */
export function convolve(hlo: Emitter, options: Convolution): Value {
  const whole = withoutCuts(hlo, options);
  const { x, filter, axes, strides, pads, dilations } = whole;
  const sizes: Readonly<Record<string, number>> = {
    b: sizeOf(x, axes.x, "b"),
    f: sizeOf(filter, axes.filter, "o"),
    0: resultSize(whole, 0),
    1: resultSize(whole, 1),
  };
  const letters = (text: string) => `[${[...text].join(", ")}]`;
  return hlo.op("convolution", [x, filter], {
    type: x.type,
    shape: [...axes.result].map((letter) => sizes[letter] ?? 1),
    attributes: {
      window_strides: listText(strides),
      padding: pairsText(pads),
      lhs_dilation: listText(dilations.x),
      rhs_dilation: listText(dilations.filter),
      window_reversal: "array<i1: false, false>",
      dimension_numbers: `#stablehlo.conv<${letters(axes.x)}x${letters(axes.filter)}->${
        letters(axes.result)
      }>`,
      feature_group_count: "1 : i64",
      batch_group_count: "1 : i64",
      precision_config: PRECISION,
    },
  });
}
