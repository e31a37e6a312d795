import type { Emitter } from "../hlo/emitter.ts";
import { listText, pairsText, type Value } from "../hlo/types.ts";
import { type Call, input, type Rule, unary } from "./rule.ts";

/** The lowest and highest element of a type. */
function ends(x: Value): { low: number; high: number } {
  if (x.type === "f32") return { low: -Infinity, high: Infinity };
  return x.type === "i1" ? { low: 0, high: 1 } : { low: -(2 ** 31), high: 2 ** 31 - 1 };
}

export function sum(hlo: Emitter, x: Value, axes: readonly number[]): Value {
  return hlo.reduce(x, axes, { join: "add", start: 0 });
}

/** x / count. */
export function divided(hlo: Emitter, x: Value, count: number): Value {
  return hlo.elementwise("divide", [x, hlo.like(x, count)]);
}

export function countOf(x: Value, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * (x.shape[axis] ?? 1), 1);
}

function reduced(join: string, start: (x: Value) => number): Rule {
  return (call) => {
    const x = input(call);
    return call.hlo.reduce(x, call.attributes.list("axes"), { join, start: start(x) });
  };
}

/** Index of the first extreme element: the lowest index among those that equal the extreme. */
function arg(join: "maximum" | "minimum"): Rule {
  return (call) => {
    const { hlo } = call;
    const x = input(call);
    const axis = call.attributes.number("axis");
    const start = join === "maximum" ? ends(x).low : ends(x).high;
    const best = hlo.reduce(x, [axis], { join, start });
    const kept = hlo.spread(best, x.shape, x.shape.flatMap((_, i) => i === axis ? [] : [i]));
    const indices = hlo.iota(axis, { type: "i32", shape: x.shape });
    const last = (x.shape[axis] ?? 1) - 1;
    const chosen = hlo.select(hlo.compare("EQ", x, kept), indices, hlo.like(indices, last));
    return hlo.reduce(chosen, [axis], { join: "minimum", start: last });
  };
}

/** e^(x − max) / Σ e^(x − max) over the last axis. */
function softmax(x: Value, { hlo }: Call): Value {
  const axis = x.shape.length - 1;
  const others = x.shape.slice(0, -1).map((_, i) => i);
  const top = hlo.reduce(x, [axis], { join: "maximum", start: -Infinity });
  const centred = hlo.elementwise("subtract", [x, hlo.spread(top, x.shape, others)]);
  const powers = hlo.elementwise("exponential", [centred]);
  const total = hlo.spread(sum(hlo, powers, [axis]), x.shape, others);
  return hlo.elementwise("divide", [powers, total]);
}

/** Sums of windows that end, or begin, at every element. */
function cumulative(x: Value, { hlo, attributes }: Call): Value {
  const axis = attributes.number("axis");
  const size = x.shape[axis] ?? 1;
  const [reverse, exclusive] = [attributes.flag("reverse"), attributes.flag("exclusive")];
  const along = (amount: number) => x.shape.map((_, i) => i === axis ? amount : 0);
  const ones = x.shape.map(() => 1);
  const window = x.shape.map((_, i) => i === axis ? size : 1);
  const start = hlo.splat(0, { type: x.type, shape: [] });
  const pads = x.shape.map((_, i) => i !== axis ? [0, 0] : reverse ? [0, size - 1] : [size - 1, 0]);
  const sums = hlo.op("reduce_window", [x, start], {
    type: x.type,
    shape: x.shape,
    region: hlo.joining("add", x.type),
    attributes: {
      window_dimensions: listText(window),
      window_strides: listText(ones),
      base_dilations: listText(ones),
      window_dilations: listText(ones),
      padding: pairsText(pads),
    },
  });
  if (!exclusive) return sums;
  const [before, after] = reverse ? [-1, 1] : [1, -1];
  return hlo.pad(sums, { low: along(before), high: along(after) });
}

/** Kernels that join elements along axes. */
export const reduction: Readonly<Record<string, Rule>> = {
  All: reduced("and", () => 1),
  Any: reduced("or", () => 0),
  Max: reduced("maximum", (x) => ends(x).low),
  Min: reduced("minimum", (x) => ends(x).high),
  Prod: reduced("multiply", () => 1),
  Sum: reduced("add", () => 0),
  Mean: (call) => {
    const [x, axes] = [input(call), call.attributes.list("axes")];
    return divided(call.hlo, sum(call.hlo, x, axes), countOf(x, axes));
  },
  ArgMax: arg("maximum"),
  ArgMin: arg("minimum"),
  Softmax: unary(softmax),
  Cumsum: unary(cumulative),
};
