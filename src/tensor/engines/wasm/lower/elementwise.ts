import { elementCount, type TensorSpec } from "../../../program.ts";
import { broadcastStrides } from "../../../strides.ts";
import { collapse, innermost, type Loops } from "../collapse.ts";
import type { CallView, Lower, Lowered, LoweringContext } from "../lowering.ts";

/** Codes of `binary` for float32 operands. */
const FLOAT: Readonly<Record<string, number>> = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
  Equal: 7,
  NotEqual: 8,
  Greater: 9,
  GreaterEqual: 10,
  Less: 11,
  LessEqual: 12,
};

/** Codes of `binary` for int32 and bool operands. */
const INTEGER: Readonly<Record<string, number>> = {
  Add: 13,
  Sub: 14,
  Multiply: 15,
  Maximum: 16,
  Minimum: 17,
  Equal: 18,
  NotEqual: 19,
  Greater: 20,
  GreaterEqual: 21,
  Less: 22,
  LessEqual: 23,
  LogicalAnd: 24,
  LogicalOr: 25,
};

/** Codes of `unary` for float32 operands, and the attributes that are its parameters. */
const MAPS: Readonly<Record<string, readonly [code: number, ...parameters: string[]]>> = {
  Neg: [0],
  Abs: [1],
  Square: [2],
  Sqrt: [3],
  Rsqrt: [4],
  Relu: [5],
  LeakyRelu: [6, "alpha"],
  ClipByValue: [7, "min", "max"],
  Reciprocal: [8],
  Floor: [9],
  Ceil: [10],
  Round: [11],
};

const LOOPS = 4;

function loopsOf(view: CallView): Loops | undefined {
  const { shape } = view.outSpec();
  const strides = view.call.inputs.map((_, i) =>
    broadcastStrides(view.inSpec(i).shape, shape).map((stride) => 4 * stride)
  );
  return innermost(collapse({ sizes: shape, strides }), LOOPS);
}

/** Inputs as large as the output. */
function fullInputs(view: CallView): number[] {
  const count = elementCount(view.outSpec().shape);
  return [...view.call.inputs.keys()].filter((i) => elementCount(view.inSpec(i).shape) === count);
}

const binary: Lower = (view, { kernels }) => {
  const codes = view.inSpec(0).dtype === "float32" ? FLOAT : INTEGER;
  const code = codes[view.call.kernel];
  const loops = loopsOf(view);
  if (code === undefined || !loops) return undefined;
  const [a, b, out] = [view.in(0), view.in(1), view.out()];
  const rest = [...loops.sizes, ...loops.strides.flat()];
  return {
    run: (at) => kernels.binary(code, at.at(a), at.at(b), at.at(out), ...rest),
    inPlace: fullInputs(view),
  };
};

const select: Lower = (view, { kernels }) => {
  const loops = loopsOf(view);
  if (!loops) return undefined;
  const [test, yes, no, out] = [view.in(0), view.in(1), view.in(2), view.out()];
  const rest = [...loops.sizes, ...loops.strides.flat()];
  return {
    run: (at) => kernels.select(at.at(test), at.at(yes), at.at(no), at.at(out), ...rest),
    inPlace: fullInputs(view),
  };
};

/** One call of `unary` over all elements. */
function mapped(
  view: CallView,
  { kernels }: LoweringContext,
  code: number,
  parameters: readonly number[] = [],
): Lowered {
  const [x, out, count] = [view.in(0), view.out(), elementCount(view.outSpec().shape)];
  const [first = 0, second = 0] = parameters;
  return {
    run: (at) => kernels.unary(code, at.at(x), at.at(out), count, first, second),
    inPlace: [0],
  };
}

const unary: Lower = (view, context) => {
  if (view.inSpec(0).dtype !== "float32") return undefined;
  const [code = 0, ...names] = MAPS[view.call.kernel] ?? [];
  return mapped(view, context, code, names.map((name) => view.attributes.number(name)));
};

function castCode(from: TensorSpec, to: TensorSpec): number | undefined {
  if (to.dtype === "float32") return 12;
  if (to.dtype === "bool") return from.dtype === "float32" ? 14 : 15;
  return from.dtype === "float32" ? 13 : undefined;
}

const cast: Lower = (view, context) => {
  const [from, to] = [view.inSpec(0), view.outSpec()];
  if (from.storage) {
    if (to.dtype === "bool") return undefined;
    const [x, out, count] = [view.in(0), view.out(), elementCount(to.shape)];
    const toFloat = Number(to.dtype === "float32");
    return { run: (at) => context.kernels.castBytes(at.at(x), at.at(out), count, toFloat) };
  }
  const code = castCode(from, to);
  if (code !== undefined) return mapped(view, context, code);
  // bool to int32: the same bits
  const [x, out, bytes] = [view.in(0), view.out(), 4 * elementCount(to.shape)];
  return {
    run: (at) => context.heap.bytes(at.at(out), bytes).set(context.heap.bytes(at.at(x), bytes)),
    inPlace: [0],
  };
};

/** Kernels that work element by element. */
export const elementwise: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(
    [...Object.keys(FLOAT), "LogicalAnd", "LogicalOr"].map((name) => [name, binary]),
  ),
  ...Object.fromEntries(Object.keys(MAPS).map((name) => [name, unary])),
  LogicalNot: (view, context) => mapped(view, context, 16),
  Select: select,
  Cast: cast,
};
