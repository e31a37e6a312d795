import { elementCount } from "../../../program.ts";
import type { Emitter } from "../hlo/emitter.ts";
import { dot } from "../hlo/products.ts";
import type { Value } from "../hlo/types.ts";
import type { ColumnSum } from "./batch_norm.ts";
import { countOf, divided, sum } from "./reduction.ts";
import { input, type Rule } from "./rule.ts";

/** Σ over the first `count` axes as a product with ones, which XLA's CPU back end runs much faster than a reduction. */
function leadingSum(hlo: Emitter, x: Value, count: number): Value {
  const rest = x.shape.slice(count);
  const rows = elementCount(x.shape.slice(0, count));
  const matrix = hlo.reshape(x, [rows, elementCount(rest)]);
  const ones = hlo.splat(1, { type: x.type, shape: [rows] });
  return hlo.reshape(dot(hlo, [ones, matrix], { contract: [[0], [0]] }), rest);
}

/** Whether axes are the first ones, but not all, of a float tensor. */
function areLeading(x: Value, axes: readonly number[]): boolean {
  return x.type === "f32" && axes.length > 0 && axes.length < x.shape.length &&
    axes.every((axis, i) => axis === i);
}

function added(hlo: Emitter, x: Value, axes: readonly number[]): Value {
  return areLeading(x, axes) ? leadingSum(hlo, x, axes.length) : sum(hlo, x, axes);
}

/** Sums over all axes but the last. */
export const columnsOnCpu: ColumnSum = (hlo, x) => leadingSum(hlo, x, x.shape.length - 1);

/** Reductions that the CPU does otherwise. */
export const reductionOnCpu: Readonly<Record<string, Rule>> = {
  Sum: (call) => added(call.hlo, input(call), call.attributes.list("axes")),
  Mean: (call) => {
    const [x, axes] = [input(call), call.attributes.list("axes")];
    return divided(call.hlo, added(call.hlo, x, axes), countOf(x, axes));
  },
};
