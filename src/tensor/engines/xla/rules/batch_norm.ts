import { elementCount } from "../../../program.ts";
import type { Emitter } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";
import { divided, sum } from "./reduction.ts";
import { type Call, input, type Rule } from "./rule.ts";

/** Sums over all axes but the last, as one kind of device does it best. */
export type ColumnSum = (hlo: Emitter, x: Value) => Value;

/** The plain one. */
export const reducedColumns: ColumnSum = (hlo, x) =>
  sum(hlo, x, x.shape.slice(0, -1).map((_, axis) => axis));

function mul(hlo: Emitter, a: Value, b: Value): Value {
  return hlo.elementwise("multiply", [a, b]);
}

/** 1 / √(variance + ε) */
function inverseDeviation({ hlo, attributes }: Call, variance: Value): Value {
  const epsilon = hlo.like(variance, attributes.number("epsilon"));
  return hlo.elementwise("rsqrt", [hlo.elementwise("add", [variance, epsilon])]);
}

/** `value` where `sign` is above 0, else alpha · value. */
function leaky({ hlo, attributes }: Call, value: Value, sign: Value): Value {
  const alpha = attributes.number("alpha");
  if (alpha === 1) return value;
  const test = hlo.compare("GT", sign, hlo.like(sign, 0));
  return hlo.select(test, value, mul(hlo, value, hlo.like(value, alpha)));
}

function rowsOf(x: Value): number {
  return elementCount(x.shape) / (x.shape.at(-1) ?? 1);
}

function forward(call: Call, columns: ColumnSum): Value[] {
  const { hlo } = call;
  const [x, gamma, beta] = [input(call, 0), input(call, 1), input(call, 2)];
  const rows = rowsOf(x);
  const mean = divided(hlo, columns(hlo, x), rows);
  const centred = hlo.elementwise("subtract", [x, mean]);
  const squares = columns(hlo, mul(hlo, centred, centred));
  const scale = mul(hlo, gamma, inverseDeviation(call, divided(hlo, squares, rows)));
  const shifted = hlo.elementwise("add", [mul(hlo, centred, scale), beta]);
  return [leaky(call, shifted, shifted), mean, divided(hlo, squares, rows - 1)];
}

// With x̂ = (x − mean)/σ and g the gradient before the activation:
// dβ = Σg, dγ = Σ g·x̂, dx = γ/σ · (g − dβ/m − x̂·dγ/m), m rows.
function backward(call: Call, columns: ColumnSum): Value[] {
  const { hlo } = call;
  const [dy, x, y] = [input(call, 0), input(call, 1), input(call, 2)];
  const [gamma, mean, variance] = [input(call, 3), input(call, 4), input(call, 5)];
  const rows = rowsOf(x);
  const biased = mul(hlo, variance, hlo.like(variance, (rows - 1) / rows));
  const inverse = inverseDeviation(call, biased);
  const g = leaky(call, dy, y);
  const centred = hlo.elementwise("subtract", [x, mean]);
  const dbeta = columns(hlo, g);
  const dgamma = mul(hlo, columns(hlo, mul(hlo, g, centred)), inverse);
  const slope = divided(hlo, mul(hlo, dgamma, inverse), rows);
  const rest = hlo.elementwise("subtract", [g, divided(hlo, dbeta, rows)]);
  const inner = hlo.elementwise("subtract", [rest, mul(hlo, centred, slope)]);
  return [mul(hlo, inner, mul(hlo, gamma, inverse)), dgamma, dbeta];
}

/** Batch normalisation with the statistics of the batch, and its gradient. */
export function batchNorm(columns: ColumnSum): Readonly<Record<string, Rule>> {
  return {
    BatchNormTraining: (call) => forward(call, columns),
    BatchNormTrainingGrad: (call) => backward(call, columns),
  };
}
