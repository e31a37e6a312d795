import { type Attribute, elementCount, specText, type TensorSpec } from "./program.ts";

/** Attributes of a call with typed access; a wrong one is a bug of ours. */
export class Attributes {
  constructor(private readonly values: Readonly<Record<string, Attribute>>) {}

  number(name: string): number {
    const value = this.values[name];
    if (typeof value !== "number") throw new Error(`internal: attribute ${name} is no number`);
    return value;
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== "string") throw new Error(`internal: attribute ${name} is no text`);
    return value;
  }

  list(name: string): readonly number[] {
    const value = this.values[name];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== "number")) {
      throw new Error(`internal: attribute ${name} is no list of numbers`);
    }
    return value as readonly number[];
  }

  pairs(name: string): readonly (readonly number[])[] {
    const value = this.values[name];
    if (!Array.isArray(value) || value.some((entry) => !Array.isArray(entry))) {
      throw new Error(`internal: attribute ${name} is no list of pairs`);
    }
    return value as readonly (readonly number[])[];
  }
}

type Infer = (inputs: readonly TensorSpec[], attributes: Attributes) => readonly TensorSpec[];

/** `x -> y` of one shape and type. `Step`: 1 where x > 0 else alpha. `ClipByValue`: min, max. `LeakyRelu`: alpha. */
export const UNARY = [
  ..."Abs Ceil ClipByValue Cos Erf Exp Expm1 Floor LeakyRelu Log Log1p Neg Reciprocal Relu Round"
    .split(" "),
  ..."Rsqrt Sigmoid Sign Sin Softplus Sqrt Square Step Tan Tanh".split(" "),
] as const;
/** Two operands of one type, broadcast. FloorDiv and Mod round towards minus infinity. */
export const BINARY = "Add FloorDiv Maximum Minimum Mod Multiply Pow RealDiv SquaredDifference Sub"
  .split(" ");
/** Two operands of one type, broadcast, to bool. */
export const COMPARISON = "Equal Greater GreaterEqual Less LessEqual NotEqual".split(" ");
/** Two bools, broadcast. */
export const LOGICAL = ["LogicalAnd", "LogicalOr"];
/** float32 to bool. */
export const PREDICATE = ["IsFinite", "IsInf", "IsNan"];
/** Over `axes`, which are dropped. */
export const REDUCTION = "All Any Max Mean Min Prod Sum".split(" ");

/** The shape to which shapes broadcast by NumPy's rule. Throws a RangeError naming them if they do not. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  let rank = 0;
  for (const shape of shapes) rank = Math.max(rank, shape.length);
  const sizes = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const missing = rank - shape.length;
    for (const [axis, size] of shape.entries()) {
      const before = sizes[missing + axis];
      if (size === 1 || size === before) continue;
      if (before !== 1) {
        throw new RangeError(
          `Expected shapes that broadcast, found ${shapes.map((s) => `[${s}]`).join(" and ")}`,
        );
      }
      sizes[missing + axis] = size;
    }
  }
  return sizes;
}

function only(inputs: readonly TensorSpec[], index = 0): TensorSpec {
  const spec = inputs[index];
  if (!spec) throw new Error(`internal: input ${index} is missing`);
  return spec;
}

function like(spec: TensorSpec, shape: readonly number[]): TensorSpec {
  return { ...spec, shape };
}

const same: Infer = (inputs) => [only(inputs)];
const broadcast: Infer = (inputs) => [
  { dtype: only(inputs).dtype, shape: broadcastShape(...inputs.map((input) => input.shape)) },
];
const comparison: Infer = (inputs) => [
  { dtype: "bool", shape: broadcastShape(...inputs.map((input) => input.shape)) },
];
const reduction: Infer = (inputs, attributes) => {
  const axes = attributes.list("axes");
  return [{
    dtype: only(inputs).dtype,
    shape: only(inputs).shape.filter((_, i) => !axes.includes(i)),
  }];
};
const arg: Infer = (inputs, attributes) => [
  {
    dtype: "int32",
    shape: only(inputs).shape.filter((_, axis) => axis !== attributes.number("axis")),
  },
];
const padded: Infer = (inputs, attributes) => {
  const paddings = attributes.pairs("paddings");
  const shape = only(inputs).shape.map((size, axis) =>
    size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0)
  );
  return [like(only(inputs), shape)];
};

const pixelOperation: Infer = (inputs) => {
  const [x, kind, value, coefficients] = [0, 1, 2, 3].map((index) => only(inputs, index));
  const n = x?.shape[0] ?? 0;
  const wanted = ["float32", "int32", "float32", "int32"];
  const fits = x?.shape.length === 4 && x.shape[3] === 3 &&
    kind?.shape.join() === `${n}` && value?.shape.join() === `${n}` &&
    coefficients?.shape.join() === `${n},6` &&
    inputs.every((input, index) => input.dtype === wanted[index]);
  if (!fits) {
    throw new RangeError(
      `expected [n,H,W,3], [n], [n] and [n,6], found ${inputs.map(specText).join(", ")}`,
    );
  }
  return [only(inputs)];
};

function group(names: readonly string[], infer: Infer): Record<string, Infer> {
  return Object.fromEntries(names.map((name) => [name, infer]));
}

function convolved(
  size: number,
  options: { filter: number; stride: number; dilation: number; pads: number },
) {
  const { filter, stride, dilation, pads } = options;
  return Math.floor((size + pads - (filter - 1) * dilation - 1) / stride) + 1;
}

/**
 * Every kernel that a Program may call, and the shapes and types of its outputs. Images are [N,H,W,C], filters
 * [kh,kw,Cin,Cout]; `pads` = [top, bottom, left, right].
 */
const RULES: Readonly<Record<string, Infer>> = {
  ...group(UNARY, same),
  ...group(BINARY, broadcast),
  ...group(COMPARISON, comparison),
  ...group(LOGICAL, comparison),
  ...group(PREDICATE, (inputs) => [{ dtype: "bool", shape: only(inputs).shape }]),
  ...group(REDUCTION, reduction),
  LogicalNot: same,
  ArgMax: arg,
  ArgMin: arg,
  Select: (inputs) => [{
    dtype: only(inputs, 1).dtype,
    shape: broadcastShape(...inputs.map((input) => input.shape)),
  }],
  Cast: (inputs, attributes) => [{
    shape: only(inputs).shape,
    dtype: attributes.text("dtype") as TensorSpec["dtype"],
  }],
  Softmax: same,
  Cumsum: same,
  Reverse: same,
  Reshape: (inputs, attributes) => [like(only(inputs), attributes.list("shape"))],
  Transpose: (inputs, attributes) => [
    like(only(inputs), attributes.list("perm").map((axis) => only(inputs).shape[axis] ?? 0)),
  ],
  Slice: (inputs, attributes) => [like(only(inputs), attributes.list("size"))],
  StridedSlice: (inputs, attributes) => [like(only(inputs), attributes.list("shape"))],
  PadV2: padded,
  MirrorPad: padded,
  Tile: (inputs, attributes) => {
    const reps = attributes.list("reps");
    return [like(only(inputs), only(inputs).shape.map((size, axis) => size * (reps[axis] ?? 1)))];
  },
  Concat: (inputs, attributes) => {
    const axis = attributes.number("axis");
    const total = inputs.reduce((sum, input) => sum + (input.shape[axis] ?? 0), 0);
    return [like(only(inputs), only(inputs).shape.map((size, i) => i === axis ? total : size))];
  },
  // x [A.., n, B..], indices [I..] (batchDims leading axes shared) -> [A.., I.., B..]
  GatherV2: (inputs, attributes) => {
    const axis = attributes.number("axis");
    const { shape } = only(inputs);
    const indices = only(inputs, 1).shape.slice(attributes.number("batchDims"));
    return [like(only(inputs), [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)])];
  },
  OneHot: (inputs, attributes) => [{
    shape: [...only(inputs).shape, attributes.number("depth")],
    dtype: attributes.text("dtype") as TensorSpec["dtype"],
  }],
  // data [n, ..], ids [n] -> [segments, ..]; ids outside are left out
  UnsortedSegmentSum: (inputs, attributes) => [
    like(only(inputs), [attributes.number("segments"), ...only(inputs).shape.slice(1)]),
  ],
  // a [.., m, k], b [.., k, n]; leading axes broadcast
  BatchMatMul: (inputs, attributes) => {
    const [a, b] = [only(inputs).shape, only(inputs, 1).shape];
    const [m, n] = [
      a.at(attributes.flag("transposeA") ? -1 : -2) ?? 0,
      b.at(attributes.flag("transposeB") ? -2 : -1) ?? 0,
    ];
    return [{ dtype: "float32", shape: [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), m, n] }];
  },
  Conv2D: (inputs, attributes) => {
    const [[n = 0, height = 0, width = 0], [kh = 0, kw = 0, , out = 0]] = [
      only(inputs).shape,
      only(inputs, 1).shape,
    ];
    const [strides, dilations, pads] = [
      attributes.list("strides"),
      attributes.list("dilations"),
      attributes.list("pads"),
    ];
    const [sh = 1, sw = 1] = strides;
    const [dh = 1, dw = 1] = dilations;
    const [top = 0, bottom = 0, left = 0, right = 0] = pads;
    return [{
      dtype: "float32",
      shape: [
        n,
        convolved(height, { filter: kh, stride: sh, dilation: dh, pads: top + bottom }),
        convolved(width, { filter: kw, stride: sw, dilation: dw, pads: left + right }),
        out,
      ],
    }];
  },
  // dy, filter -> dx of inputShape
  Conv2DBackpropInput: (
    _,
    attributes,
  ) => [{ dtype: "float32", shape: attributes.list("inputShape") }],
  // x, dy -> dfilter of filterShape
  Conv2DBackpropFilter: (
    _,
    attributes,
  ) => [{ dtype: "float32", shape: attributes.list("filterShape") }],
  // x [.., C], gamma [C], beta [C]; epsilon, alpha (LeakyReLU's slope; 1 = none) -> y, mean [C], unbiased variance [C]
  BatchNormTraining: (inputs) => [only(inputs), only(inputs, 1), only(inputs, 1)],
  // dy, x, y, gamma, mean, unbiased variance; epsilon, alpha -> dx, dgamma, dbeta
  BatchNormTrainingGrad: (inputs) => [only(inputs), only(inputs, 3), only(inputs, 3)],
  // key int32 [2]; stream, shape -> uniform floats of [0, 1), or 32 random bits as int32 (threefry.ts)
  RandomUniform: (_, attributes) => [{ dtype: "float32", shape: attributes.list("shape") }],
  RandomBits: (_, attributes) => [{ dtype: "int32", shape: attributes.list("shape") }],
  // x [n,H,W,3], kind int32 [n], value [n], coefficients int32 [n,6] -> x's like; see pixel_operation.ts
  PixelOperation: pixelOperation,
};

/** The kernels that a Program may call, sorted. */
export const KERNELS: readonly string[] = Object.keys(RULES).sort();

/** Kernels that take tensors with a storage type and keep it; all others need a Cast first. */
export const KEEPS_STORAGE: ReadonlySet<string> = new Set([
  "GatherV2",
  "Reshape",
  "Slice",
  "Transpose",
]);

/**
 * Shapes and types of the outputs of one call. Throws a RangeError that names the kernel and the shapes that do not fit.
 */
export function inferOutputs(
  call: { kernel: string; attributes: Readonly<Record<string, Attribute>> },
  inputs: readonly TensorSpec[],
): readonly TensorSpec[] {
  const rule = RULES[call.kernel];
  if (!rule) throw new RangeError(`Unknown kernel ${call.kernel}`);
  if (inputs[0]?.storage && !KEEPS_STORAGE.has(call.kernel) && call.kernel !== "Cast") {
    throw new RangeError(`${call.kernel} does not take ${specText(inputs[0])}: cast it first`);
  }
  let outputs: readonly TensorSpec[];
  try {
    outputs = rule(inputs, new Attributes(call.attributes));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${call.kernel}: ${error.message}`);
  }
  const first = outputs[0];
  const input = inputs[0];
  if (
    call.kernel === "Reshape" && first && input &&
    elementCount(first.shape) !== elementCount(input.shape)
  ) {
    throw new RangeError(`Reshape: ${specText(input)} has not the elements of [${first.shape}]`);
  }
  if (
    input && (BINARY.includes(call.kernel) || COMPARISON.includes(call.kernel)) &&
    inputs[1]?.dtype !== input.dtype
  ) {
    throw new RangeError(`${call.kernel}: operands are ${inputs.map(specText).join(" and ")}`);
  }
  if (outputs.some((spec) => spec.shape.some((size) => !Number.isInteger(size) || size < 0))) {
    throw new RangeError(
      `${call.kernel}: ${inputs.map(specText).join(", ")} give ${outputs.map(specText)}`,
    );
  }
  return outputs;
}
