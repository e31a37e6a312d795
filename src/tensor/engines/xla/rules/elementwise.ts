import type { Emitter } from "../hlo/emitter.ts";
import type { ElementType, Value } from "../hlo/types.ts";
import { binary, type Call, input, output, type Rule, unary } from "./rule.ts";

/** An operation of the same meaning. */
function direct(name: string): Rule {
  return unary((x, { hlo }) => hlo.elementwise(name, [x]));
}

function compared(direction: Parameters<Emitter["compare"]>[0]): Rule {
  return binary((a, b, { hlo }) => hlo.compare(direction, a, b));
}

function join(name: string): Rule {
  return binary((a, b, { hlo }) => hlo.elementwise(name, [a, b]));
}

/** x > 0. */
function isPositive(hlo: Emitter, x: Value): Value {
  return hlo.compare("GT", x, hlo.like(x, 0));
}

/** Abramowitz and Stegun 7.1.26, as the other engines: 1 − (a1 t + … + a5 t⁵) e^(−x²), t = 1 / (1 + p |x|). */
function erf(x: Value, { hlo }: Call): Value {
  const magnitude = hlo.elementwise("abs", [x]);
  const one = hlo.like(x, 1);
  const scaled = hlo.elementwise("multiply", [magnitude, hlo.like(x, 0.3275911)]);
  const t = hlo.elementwise("divide", [one, hlo.elementwise("add", [one, scaled])]);
  const factors = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const series = factors.reduce<Value | undefined>((sum, factor) => {
    const constant = hlo.like(x, factor);
    const next = sum ? hlo.elementwise("add", [sum, constant]) : constant;
    return hlo.elementwise("multiply", [next, t]);
  }, undefined) ?? t;
  const square = hlo.elementwise("multiply", [x, x]);
  const power = hlo.elementwise("exponential", [hlo.elementwise("negate", [square])]);
  const rest = hlo.elementwise("multiply", [series, power]);
  const value = hlo.elementwise("subtract", [one, rest]);
  return hlo.elementwise("multiply", [hlo.elementwise("sign", [x]), value]);
}

/** max(x, 0) + log(1 + e^(−|x|)) */
function softplus(x: Value, { hlo }: Call): Value {
  const power = hlo.elementwise("exponential", [
    hlo.elementwise("negate", [hlo.elementwise("abs", [x])]),
  ]);
  const positive = hlo.elementwise("maximum", [x, hlo.like(x, 0)]);
  return hlo.elementwise("add", [positive, hlo.elementwise("log_plus_one", [power])]);
}

/** The remainder with the sign of the divisor. */
function modulo(a: Value, b: Value, { hlo }: Call): Value {
  const rest = hlo.elementwise("remainder", [a, b]);
  const zero = hlo.like(rest, 0);
  const differs = hlo.compare("NE", hlo.compare("LT", rest, zero), hlo.compare("LT", b, zero));
  const wrong = hlo.elementwise("and", [hlo.compare("NE", rest, zero), differs]);
  return hlo.select(wrong, hlo.elementwise("add", [rest, b]), rest);
}

/** The quotient, rounded towards minus infinity. */
function floorDivide(a: Value, b: Value, call: Call): Value {
  const { hlo } = call;
  const quotient = hlo.elementwise("divide", [a, b]);
  if (a.type === "f32") return hlo.elementwise("floor", [quotient]);
  // (a − (a mod b)) / b divides without rest.
  return hlo.elementwise("divide", [hlo.elementwise("subtract", [a, modulo(a, b, call)]), b]);
}

function convert(hlo: Emitter, x: Value, type: ElementType): Value {
  return type === "i1" ? hlo.compare("NE", x, hlo.like(x, 0)) : hlo.convert(x, type);
}

function isInfinite(x: Value, { hlo }: Call): Value {
  return hlo.compare("EQ", hlo.elementwise("abs", [x]), hlo.like(x, Infinity));
}

const maths: Readonly<Record<string, string>> = {
  Abs: "abs",
  Ceil: "ceil",
  Cos: "cosine",
  Exp: "exponential",
  Expm1: "exponential_minus_one",
  Floor: "floor",
  Log: "log",
  Log1p: "log_plus_one",
  LogicalNot: "not",
  Neg: "negate",
  Round: "round_nearest_even",
  Rsqrt: "rsqrt",
  Sigmoid: "logistic",
  Sign: "sign",
  Sin: "sine",
  Sqrt: "sqrt",
  Tanh: "tanh",
};

const joins: Readonly<Record<string, string>> = {
  Add: "add",
  LogicalAnd: "and",
  LogicalOr: "or",
  Maximum: "maximum",
  Minimum: "minimum",
  Multiply: "multiply",
  Pow: "power",
  RealDiv: "divide",
  Sub: "subtract",
};

/** Kernels that work element by element. */
export const elementwise: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(maths).map(([kernel, name]) => [kernel, direct(name)])),
  ...Object.fromEntries(Object.entries(joins).map(([kernel, name]) => [kernel, join(name)])),
  Equal: compared("EQ"),
  NotEqual: compared("NE"),
  Greater: compared("GT"),
  GreaterEqual: compared("GE"),
  Less: compared("LT"),
  LessEqual: compared("LE"),
  ClipByValue: unary((x, { hlo, attributes }) => {
    const floor = hlo.elementwise("maximum", [x, hlo.like(x, attributes.number("min"))]);
    return hlo.elementwise("minimum", [floor, hlo.like(x, attributes.number("max"))]);
  }),
  Erf: unary(erf),
  FloorDiv: binary(floorDivide),
  IsFinite: unary((x, { hlo }) => hlo.elementwise("is_finite", [x], "i1")),
  IsInf: unary(isInfinite),
  IsNan: unary((x, { hlo }) => hlo.compare("NE", x, x)),
  LeakyRelu: unary((x, { hlo, attributes }) => {
    const slope = hlo.like(x, attributes.number("alpha"));
    return hlo.select(isPositive(hlo, x), x, hlo.elementwise("multiply", [x, slope]));
  }),
  Mod: binary(modulo),
  Reciprocal: unary((x, { hlo }) => hlo.elementwise("divide", [hlo.like(x, 1), x])),
  Relu: unary((x, { hlo }) => hlo.elementwise("maximum", [x, hlo.like(x, 0)])),
  Softplus: unary(softplus),
  Square: unary((x, { hlo }) => hlo.elementwise("multiply", [x, x])),
  SquaredDifference: binary((a, b, { hlo }) => {
    const difference = hlo.elementwise("subtract", [a, b]);
    return hlo.elementwise("multiply", [difference, difference]);
  }),
  Step: unary((x, { hlo, attributes }) => {
    const [one, slope] = [hlo.like(x, 1), hlo.like(x, attributes.number("alpha"))];
    const step = hlo.select(isPositive(hlo, x), one, slope);
    return x.type === "f32" ? hlo.select(hlo.compare("NE", x, x), x, step) : step;
  }),
  Tan: unary((x, { hlo }) =>
    hlo.elementwise("divide", [hlo.elementwise("sine", [x]), hlo.elementwise("cosine", [x])])
  ),
  Cast: (call) => convert(call.hlo, input(call), output(call).type),
  Select: (call) => {
    const { shape } = output(call);
    const [test, yes, no] = [0, 1, 2].map((i) => call.hlo.broadcast(input(call, i), shape));
    if (!test || !yes || !no) throw new Error("internal: Select");
    return call.hlo.select(test, yes, no);
  },
};
