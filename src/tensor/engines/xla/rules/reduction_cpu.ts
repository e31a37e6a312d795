import { elementCount } from "../../../program.ts";
import type { Emitter } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";
import type { ColumnSum } from "./batch_norm.ts";
import { countOf, divided, sum } from "./reduction.ts";
import { input, type Rule } from "./rule.ts";

/** Parts that are added before a reduction. With more of them XLA writes down what is summed before it adds. */
const MOST_PARTS = 8;
/** Elements below which a sum takes no time to speak of. */
const SMALL = 2 ** 14;

/**
 * Σ over the first `count` axes. The rows are cut into parts that are added element by element, which XLA's CPU back end does on all cores with
 * vectors, together with what makes the elements; only a small rest is left to its reduction, or to a product with ones, which
 * take up to eight times as long.
 */
function leadingSum(hlo: Emitter, x: Value, count: number): Value {
  const rest = x.shape.slice(count);
  const rows = elementCount(x.shape.slice(0, count));
  const parts = elementCount(x.shape) < SMALL ? 1 : partsOf(rows);
  const cut = hlo.reshape(x, [parts, rows / parts, ...rest]);
  const part = (i: number) =>
    hlo.slice(cut, {
      begin: cut.shape.map((_, axis) => axis === 0 ? i : 0),
      end: cut.shape.map((size, axis) => axis === 0 ? i + 1 : size),
    });
  const total = inPairs(
    Array.from({ length: parts }, (_, i) => part(i)),
    (a, b) => hlo.elementwise("add", [a, b]),
  );
  return sum(hlo, total, [0, 1]);
}

/** The largest divisor that is not above `MOST_PARTS`. */
function partsOf(rows: number): number {
  let parts = MOST_PARTS;
  while (rows % parts !== 0) parts--;
  return parts;
}

/** Joins neighbours, then the results, and so on: sums lose less than one after another. */
function inPairs(values: readonly Value[], join: (a: Value, b: Value) => Value): Value {
  const [first, ...others] = values;
  if (!first) throw new Error("internal: nothing to join");
  if (others.length === 0) return first;
  const half = values.length >> 1;
  return join(inPairs(values.slice(0, half), join), inPairs(values.slice(half), join));
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
