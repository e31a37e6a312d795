import * as tf from "@tensorflow/tfjs";
import { convolutionCases } from "./convolution_cases.ts";
import { elementwiseCases } from "./elementwise_cases.ts";
import { bool, f32, i32, type KernelCase } from "./kernel_case.ts";

function reductionCases(): KernelCase[] {
  const kinds: readonly (readonly [
    string,
    (x: tf.Tensor, axes: number[] | undefined, keep: boolean) => tf.Tensor,
  ])[] = [
    ["sum", tf.sum],
    ["mean", tf.mean],
    ["max", tf.max],
    ["min", tf.min],
    ["prod", tf.prod],
  ];
  const axes: readonly (readonly [number[], number[] | undefined])[] = [
    [[], undefined],
    [[9], undefined],
    [[3, 5], [-1]],
    [[3, 5], [0]],
    [[2, 3, 3, 5], [1, 2]],
    [[2, 3, 3, 5], [0, 1, 2]],
    [[2, 3, 3, 8], [0, 1, 2]],
    [[2, 3, 3, 1], [0, 1, 2]],
    [[5, 2], [1]],
    [[2, 3, 4, 5], [0, 2]],
    [[1, 300], [1]],
  ];
  return kinds.flatMap(([name, apply]) =>
    axes.map(([shape, axis]) => ({
      name: `${name} [${shape}] over [${axis ?? "all"}]`,
      inputs: { x: f32(...shape) },
      body: ({ x }: Record<string, tf.Tensor>) => ({
        y: apply(x!, axis, false),
        kept: apply(x!, axis, true),
      }),
    }))
  );
}

const OTHERS: readonly KernelCase[] = [
  { name: "sum of bool", inputs: { x: bool(3, 4) }, body: ({ x }) => ({ y: tf.sum(x!, 1) }) },
  { name: "mean of int32", inputs: { x: i32(3, 4) }, body: ({ x }) => ({ y: tf.mean(x!, 1) }) },
  {
    name: "max of int32",
    inputs: { x: i32(3, 4) },
    body: ({ x }) => ({ max: tf.max(x!, 1), min: tf.min(x!, 0) }),
  },
  {
    name: "all and any",
    inputs: { x: bool(4, 3) },
    body: ({ x }) => ({ all: tf.all(x!, 1), any: tf.any(x!, 1) }),
  },
  {
    name: "logical",
    inputs: { a: bool(4, 1), b: bool(1, 5) },
    body: (t) => ({
      and: tf.logicalAnd(t.a!, t.b!),
      or: tf.logicalOr(t.a!, t.b!),
      not: tf.logicalNot(t.a!),
      xor: tf.logicalXor(t.a!, t.b!),
    }),
  },
  {
    name: "argMax and argMin",
    inputs: { x: f32(3, 4, 5) },
    body: ({ x }) => ({
      last: tf.argMax(x!, -1),
      middle: tf.argMin(x!, 1),
      first: tf.argMax(x!, 0),
    }),
  },
  {
    name: "where",
    inputs: {
      test: bool(2, 1, 1, 1),
      a: f32(2, 3, 3, 3),
      b: f32(2, 3, 3, 3),
      full: bool(2, 3, 3, 3),
      row: f32(3),
    },
    body: (t) => ({
      rows: tf.where(t.test!, t.a!, t.b!),
      whole: tf.where(t.full!, t.a!, t.b!),
      mixed: tf.where(t.full!, t.a!, t.row!),
    }),
  },
  {
    name: "cast",
    inputs: { x: f32(7), i: i32(5), b: bool(6) },
    body: (t) => ({
      xi: tf.cast(t.x!, "int32"),
      xb: tf.cast(t.x!, "bool"),
      ix: tf.cast(t.i!, "float32"),
      ib: tf.cast(t.i!, "bool"),
      bx: tf.cast(t.b!, "float32"),
      bi: tf.cast(t.b!, "int32"),
    }),
  },
  {
    name: "softmax, also of two classes",
    inputs: { x: f32(5, 2), wide: f32(3, 11) },
    body: (t) => ({
      two: tf.softmax(t.x!),
      wide: tf.softmax(tf.mul(t.wide!, 20)),
      log: tf.logSoftmax(t.wide!),
    }),
  },
  {
    name: "transpose",
    inputs: { x: f32(2, 3, 4, 5) },
    body: ({ x }) => ({
      a: tf.transpose(x!),
      b: tf.transpose(x!, [0, 3, 1, 2]),
      c: tf.transpose(x!, [0, 1, 3, 2]),
    }),
  },
  {
    name: "slice and stridedSlice",
    inputs: { x: f32(4, 5, 6) },
    body: ({ x }) => ({
      slice: tf.slice(x!, [1, 0, 2], [2, 5, 3]),
      strided: tf.stridedSlice(x!, [0, 1, 5], [4, 5, 0], [2, 2, -2]),
    }),
  },
  {
    name: "pad",
    inputs: { x: f32(2, 3, 3, 2) },
    body: ({ x }) => ({
      constant: tf.pad(x!, [[0, 0], [1, 2], [2, 0], [0, 0]], 0.5),
      reflect: tf.mirrorPad(x!, [[0, 0], [2, 2], [2, 1], [0, 0]], "reflect"),
      symmetric: tf.mirrorPad(x!, [[0, 0], [2, 2], [1, 0], [0, 1]], "symmetric"),
    }),
  },
  {
    name: "concat, stack, split, unstack",
    inputs: { a: f32(2, 3), b: f32(2, 4) },
    body: (t) => ({
      concat: tf.concat([t.a!, t.b!], 1),
      stack: tf.stack([t.a!, t.a!], -1),
      part: tf.split(t.b!, [1, 3], 1)[1]!,
      unstacked: tf.unstack(t.b!, 1)[2]!,
    }),
  },
  {
    name: "tile and reverse",
    inputs: { x: f32(2, 1, 3) },
    body: ({ x }) => ({ tile: tf.tile(x!, [2, 3, 2]), reverse: tf.reverse(x!, [0, 2]) }),
  },
  {
    name: "gather",
    inputs: { x: f32(4, 6, 3), i: i32(5), batched: i32(4, 2) },
    body: (t) => ({
      rows: tf.gather(t.x!, tf.mod(t.i!, tf.scalar(4, "int32")) as tf.Tensor1D),
      middle: tf.gather(t.x!, tf.mod(t.i!, tf.scalar(6, "int32")) as tf.Tensor1D, 1),
      pages: tf.gather(t.x!, tf.mod(t.batched!, tf.scalar(6, "int32")) as tf.Tensor2D, 1, 1),
    }),
  },
  {
    name: "oneHot with indices outside",
    inputs: { i: i32(6) },
    body: ({ i }) => ({
      whole: tf.oneHot(i as tf.Tensor1D, 4),
      float: tf.oneHot(i as tf.Tensor1D, 4, 0.9, 0.1, "float32"),
    }),
  },
  {
    name: "cumsum",
    inputs: { x: f32(3, 4) },
    body: ({ x }) => ({ a: tf.cumsum(x!, 0), b: tf.cumsum(x!, 1, true, true) }),
  },
  {
    name: "unsortedSegmentSum",
    inputs: { x: f32(6, 2), i: i32(6) },
    body: (t) => ({
      y: tf.unsortedSegmentSum(t.x!, tf.mod(t.i!, tf.scalar(3, "int32")) as tf.Tensor1D, 4),
    }),
  },
  {
    name: "matMul",
    inputs: { a: f32(5, 3), b: f32(3, 10), at: f32(3, 5), bt: f32(10, 3) },
    body: (t) => ({
      plain: tf.matMul(t.a!, t.b!),
      left: tf.matMul(t.at!, t.b!, true),
      right: tf.matMul(t.a!, t.bt!, false, true),
      both: tf.matMul(t.at!, t.bt!, true, true),
    }),
  },
  {
    name: "matMul of batches",
    inputs: { a: f32(2, 3, 4), b: f32(2, 4, 8), one: f32(1, 4, 8) },
    body: (t) => ({ each: tf.matMul(t.a!, t.b!), shared: tf.matMul(t.a!, t.one!) }),
  },
  {
    name: "batchNorm with given statistics",
    inputs: { x: f32(2, 3, 3, 4), mean: f32(4), variance: f32(4), offset: f32(4), scale: f32(4) },
    range: [0.1, 2],
    body: (t) => ({
      y: tf.batchNorm(
        t.x!,
        t.mean as tf.Tensor1D,
        t.variance as tf.Tensor1D,
        t.offset as tf.Tensor1D,
        t.scale as tf.Tensor1D,
      ),
    }),
  },
  {
    name: "range and fill",
    inputs: { x: f32(3) },
    body: ({ x }) => ({
      y: tf.add(x!, tf.range(0, 3)),
      filled: tf.mul(x!, tf.fill([2, 3], 3)),
      linear: tf.add(x!, tf.linspace(0, 1, 3)),
    }),
  },
];

/** Shapes at the edge of what there is. */
const EDGES: readonly KernelCase[] = [
  {
    name: "two classes",
    inputs: { x: f32(5, 3), w: f32(3, 2), i: i32(5) },
    body: (t) => {
      const labels = tf.oneHot(tf.mod(t.i!, tf.scalar(2, "int32")) as tf.Tensor1D, 2);
      const { value, grads } = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor) =>
        tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(tf.matMul(x, w)), labels), -1)))
      )([t.x!, t.w!]);
      const logits = tf.matMul(t.x!, t.w!);
      return {
        ...{ labels, value, dx: grads[0]!, dw: grads[1]! },
        ...{ most: tf.argMax(logits, -1), least: tf.argMin(logits, -1), top: tf.max(logits, -1) },
        sure: tf.greaterEqual(tf.max(tf.softmax(logits), -1), 0.9),
      };
    },
  },
  {
    name: "scalars",
    inputs: { x: f32(), i: i32(), b: bool() },
    body: (t) => ({
      where: tf.where(t.b!, t.x!, tf.neg(t.x!)),
      casts: tf.add(tf.cast(t.b!, "float32"), tf.cast(t.i!, "float32")),
      logical: tf.logicalAnd(t.b!, tf.logicalNot(t.b!)),
      flat: tf.tile(tf.reshape(t.x!, [1]), [3]),
      sum: tf.sum(t.x!),
    }),
  },
  {
    name: "one element",
    inputs: { x: f32(1), m: f32(1, 1), i: i32(1) },
    body: (t) => ({
      softmax: tf.softmax(t.m!),
      largest: tf.argMax(t.x!),
      product: tf.matMul(t.m!, t.m!),
      turned: tf.transpose(t.m!),
      sums: tf.cumsum(t.x!),
      reversed: tf.reverse(t.x!, 0),
      part: tf.slice(t.x!, [0], [1]),
      padded: tf.pad(t.x!, [[0, 1]]),
      joined: tf.concat([t.x!, t.x!]),
      row: tf.gather(t.x!, tf.mul(t.i!, tf.scalar(0, "int32")) as tf.Tensor1D),
      segment: tf.unsortedSegmentSum(t.x!, tf.mul(t.i!, tf.scalar(0, "int32")) as tf.Tensor1D, 1),
    }),
  },
];

/** A case or more for every kernel that TensorFlow.js has too. */
export const kernelCases: readonly KernelCase[] = [
  ...elementwiseCases(),
  ...reductionCases(),
  ...OTHERS,
  ...EDGES,
  ...convolutionCases(),
];
