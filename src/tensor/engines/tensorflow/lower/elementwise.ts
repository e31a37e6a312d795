/**
 * y[i] = f(a[i], b[i], …): operations of one element, broadcast by NumPy's rule, which TensorFlow's follow too.
 *
 * ClipByValue: min(max(x, min), max). Step: NaN where x is, 1 where x > 0, else alpha. Mod has the divisor's sign. RealDiv of int32
 * truncates.
 */
import { elementType } from "../element_type.ts";
import type { Rule } from "../lowering.ts";

/** Operations of the same name that take x and its type. */
const UNARY = [
  ..."Abs Ceil Cos Erf Exp Expm1 Floor Log Log1p Neg Reciprocal Relu Round Rsqrt".split(" "),
  ..."Sigmoid Sign Sin Softplus Sqrt Square Tan Tanh IsFinite IsInf IsNan".split(" "),
];

/** Kernels of two operands and TensorFlow's names for them. */
const BINARY: Readonly<Record<string, string>> = {
  Add: "AddV2",
  FloorDiv: "FloorDiv",
  Maximum: "Maximum",
  Minimum: "Minimum",
  Mod: "FloorMod",
  Multiply: "Mul",
  Pow: "Pow",
  RealDiv: "RealDiv",
  SquaredDifference: "SquaredDifference",
  Sub: "Sub",
  Equal: "Equal",
  Greater: "Greater",
  GreaterEqual: "GreaterEqual",
  Less: "Less",
  LessEqual: "LessEqual",
  NotEqual: "NotEqual",
};

function typed(kind: string): Rule {
  return (view, { graph }) => graph.add(kind, view.inputs, { T: { type: view.type() } });
}

const clip: Rule = (view, { graph }) => {
  const type = view.type();
  const bound = (name: string) => graph.scalar(type, view.attributes.number(name));
  const above = graph.add("Maximum", [view.in(0), bound("min")], { T: { type } });
  return graph.add("Minimum", [above, bound("max")], { T: { type } });
};

const step: Rule = (view, { graph }) => {
  const [x, T] = [view.in(0), { type: view.type() }];
  const constant = (element: number) => graph.scalar(T.type, element);
  const above = graph.add("Greater", [x, constant(0)], { T });
  const values = [above, constant(1), constant(view.attributes.number("alpha"))];
  const result = graph.add("SelectV2", values, { T });
  if (T.type !== "float32") return result;
  return graph.add("SelectV2", [graph.add("IsNan", [x], { T }), x, result], { T });
};

const cast: Rule = (view, { graph }) => {
  const [from, to] = [view.type(), elementType(view.outSpec())];
  if (from === to) return view.in(0);
  const attributes = { SrcT: { type: from }, DstT: { type: to }, Truncate: { flag: false } };
  return graph.add("Cast", [view.in(0)], attributes);
};

/** Kernels that work element by element. */
export const elementwise: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(UNARY.map((name) => [name, typed(name)])),
  ...Object.fromEntries(Object.entries(BINARY).map(([name, kind]) => [name, typed(kind)])),
  RealDiv: (view, context) =>
    typed(view.type() === "int32" ? "TruncateDiv" : "RealDiv")(view, context),
  LeakyRelu: (view, { graph }) =>
    graph.add("LeakyRelu", [view.in(0)], {
      alpha: { float: view.attributes.number("alpha") },
      T: { type: view.type() },
    }),
  ClipByValue: clip,
  Step: step,
  LogicalAnd: (view, { graph }) => graph.add("LogicalAnd", view.inputs),
  LogicalOr: (view, { graph }) => graph.add("LogicalOr", view.inputs),
  LogicalNot: (view, { graph }) => graph.add("LogicalNot", view.inputs),
  Select: (view, { graph }) =>
    graph.add("SelectV2", view.inputs, { T: { type: elementType(view.inSpec(1)) } }),
  Cast: cast,
};
