import {
  type Attribute,
  elementCount,
  type KernelCall,
  type Program,
  type TensorSpec,
} from "./program.ts";

/** What a kernel call costs by its definition, whatever an engine makes of it. */
export interface Cost {
  /** Floating-point operations; a multiplication with addition counts as two, any function of one element as one. */
  readonly flops: number;
  /** Read and written, each operand once. */
  readonly bytes: number;
}

/** The calls of one kernel in a program. */
export interface KernelCost extends Cost {
  readonly kernel: string;
  readonly calls: number;
}

type Flops = (
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  attributes: Readonly<Record<string, Attribute>>,
) => number;

const nothing: Flops = () => 0;
const count = (spec: TensorSpec | undefined) => spec === undefined ? 0 : elementCount(spec.shape);
const perInput = (operations: number): Flops => ([x]) => operations * count(x);

/** Operations of a convolution: at every place of the large output, one multiply-add for each weight of a filter. */
function convolution(places: TensorSpec | undefined, filter: readonly number[]): number {
  const [kh = 0, kw = 0, channels = 0] = filter;
  return 2 * count(places) * kh * kw * channels;
}

/** Kernels that compute something else than one operation for each element of their output. */
const FLOPS: Readonly<Record<string, Flops>> = {
  // Moving, comparing and choosing elements, and drawing bits, is no arithmetic on floats.
  ...Object.fromEntries(
    ("Reshape Transpose Slice StridedSlice PadV2 MirrorPad Tile Concat GatherV2 OneHot Reverse Cast Select " +
      "Equal Greater GreaterEqual Less LessEqual NotEqual LogicalAnd LogicalOr LogicalNot IsFinite IsInf IsNan " +
      "ArgMax ArgMin All Any Max Min RandomBits RandomUniform PixelOperation").split(" ")
      .map((kernel) => [kernel, nothing]),
  ),
  Sum: perInput(1),
  Mean: perInput(1),
  Prod: perInput(1),
  Cumsum: perInput(1),
  UnsortedSegmentSum: perInput(1),
  Softmax: perInput(4), // subtract the maximum, exp, add up, divide
  BatchNormTraining: perInput(7), // mean 1, variance 3, normalise 2, shift 1
  BatchNormTrainingGrad: perInput(11), // the two sums 4, x normalised again 2, dx 5
  BatchMatMul: ([a], [y], { transposeA }) =>
    2 * count(y) * (a?.shape.at(transposeA ? -2 : -1) ?? 0),
  Conv2D: ([, filter], [y]) => convolution(y, filter?.shape ?? []),
  Conv2DBackpropInput: ([dy, filter]) => convolution(dy, filter?.shape ?? []),
  Conv2DBackpropFilter: ([, dy], _, { filterShape }) =>
    convolution(dy, filterShape as readonly number[]),
};

function bytesOf(spec: TensorSpec): number {
  const isSmall = spec.storage === "uint8" || spec.dtype === "bool";
  return elementCount(spec.shape) * (isSmall ? 1 : 4);
}

/** Cost of one call of a program. */
export function callCost(program: Program, call: KernelCall): Cost {
  const specs = (values: readonly number[]) => values.map((value) => program.values[value]!);
  const [inputs, outputs] = [specs(call.inputs), specs(call.outputs)];
  const flops = FLOPS[call.kernel] ?? (() => count(outputs[0]));
  const isMoved = call.kernel !== "Reshape";
  const bytes = isMoved ? [...inputs, ...outputs].reduce((sum, spec) => sum + bytesOf(spec), 0) : 0;
  // A gather reads the rows that it takes, not all there are.
  const unread = call.kernel === "GatherV2"
    ? Math.max(0, bytesOf(inputs[0]!) - bytesOf(outputs[0]!))
    : 0;
  return { flops: flops(inputs, outputs, call.attributes), bytes: bytes - unread };
}

/** Cost of a whole program kernel by kernel, the one with the most operations first. */
export function programCost(program: Program): KernelCost[] {
  const kernels = new Map<string, KernelCost>();
  for (const call of program.calls) {
    const { kernel } = call;
    const { flops, bytes } = callCost(program, call);
    const sum = kernels.get(kernel) ?? { kernel, calls: 0, flops: 0, bytes: 0 };
    kernels.set(kernel, {
      kernel,
      calls: sum.calls + 1,
      flops: sum.flops + flops,
      bytes: sum.bytes + bytes,
    });
  }
  return [...kernels.values()].sort((a, b) =>
    b.flops - a.flops || b.bytes - a.bytes || (a.kernel < b.kernel ? -1 : 1)
  );
}
