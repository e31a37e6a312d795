import type { Attributes } from "./kernels.ts";

type Unary = (x: number, attributes: Attributes) => number;
type Binary = (a: number, b: number) => number;

/** Half to even, as TensorFlow.js rounds. */
function round(x: number): number {
  const base = Math.floor(x);
  const rest = x - base;
  if (rest !== 0.5) return rest < 0.5 ? base : base + 1;
  return base % 2 === 0 ? base : base + 1;
}

/** Abramowitz and Stegun 7.1.26, the approximation that TensorFlow.js uses. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** Kernels of one operand, element by element. */
export const unaryFunctions: Readonly<Record<string, Unary>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  ClipByValue: (x, attributes) =>
    Math.min(Math.max(x, attributes.number("min")), attributes.number("max")),
  Cos: Math.cos,
  Erf: erf,
  Exp: Math.exp,
  Expm1: Math.expm1,
  Floor: Math.floor,
  LeakyRelu: (x, attributes) => x > 0 ? x : x * attributes.number("alpha"),
  Log: Math.log,
  Log1p: Math.log1p,
  Neg: (x) => -x,
  Reciprocal: (x) => 1 / x,
  Relu: (x) => Math.max(x, 0),
  Round: round,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  Sign: Math.sign,
  Sin: Math.sin,
  Softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  Sqrt: Math.sqrt,
  Square: (x) => x * x,
  Step: (x, attributes) => Number.isNaN(x) ? NaN : x > 0 ? 1 : attributes.number("alpha"),
  Tan: Math.tan,
  Tanh: Math.tanh,
  LogicalNot: (x) => x ? 0 : 1,
  IsFinite: (x) => Number(Number.isFinite(x)),
  IsInf: (x) => Number(Math.abs(x) === Infinity),
  IsNan: (x) => Number(Number.isNaN(x)),
};

/** Kernels of two operands, element by element. */
export const binaryFunctions: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  FloorDiv: (a, b) => Math.floor(a / b),
  Maximum: Math.max,
  Minimum: Math.min,
  // The sign of the divisor, as in Python.
  Mod: (a, b) => {
    const rest = a % b;
    return rest !== 0 && (rest < 0) !== (b < 0) ? rest + b : rest;
  },
  Multiply: (a, b) => a * b,
  Pow: Math.pow,
  RealDiv: (a, b) => a / b,
  SquaredDifference: (a, b) => (a - b) * (a - b),
  Sub: (a, b) => a - b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessEqual: (a, b) => Number(a <= b),
  NotEqual: (a, b) => Number(a !== b),
  LogicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  LogicalOr: (a, b) => Number(a !== 0 || b !== 0),
};
