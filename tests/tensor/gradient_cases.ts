import * as tf from "@tensorflow/tfjs";
import type { TensorSpec } from "../../src/tensor/mod.ts";
import { batchNormTraining, stopGradient } from "../../src/tensor/ops.ts";
import { BINARY_FUNCTIONS, UNARY_FUNCTIONS } from "./elementwise_cases.ts";
import { f32, i32, type KernelCase } from "./kernel_case.ts";

/** A function whose gradient is compared. */
export interface GradientCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** A scalar. */
  readonly loss: (tensors: Record<string, tf.Tensor>) => tf.Tensor;
  readonly range?: readonly [number, number];
  /** By how much it may differ from finite differences. Default 1e-7. */
  readonly tolerance?: number;
}

/** Names of the inputs with respect to which there is a gradient; `r` is a constant to every loss. */
export function variablesOf({ inputs }: GradientCase): string[] {
  return Object.keys(inputs).filter((name) => inputs[name]!.dtype === "float32" && name !== "r");
}

/** The gradients of a case as a case of their own, `dx` for x. */
export function gradientOf(one: GradientCase): KernelCase {
  const names = variablesOf(one);
  return {
    ...one,
    name: `gradient of ${one.name}`,
    body: (tensors) => {
      const of = (...xs: tf.Tensor[]) =>
        one.loss({ ...tensors, ...Object.fromEntries(names.map((name, i) => [name, xs[i]!])) });
      const grads = tf.grads(of)(names.map((name) => tensors[name]!));
      return Object.fromEntries(
        names.map((name, i) => [`d${name}`, grads[i] ?? tf.zerosLike(tensors[name]!)]),
      );
    },
  };
}

function image(x: tf.Tensor | undefined): tf.Tensor4D {
  return x as tf.Tensor4D;
}

/** Half of the sum of squares: a loss whose gradient differs from element to element. */
function energy(y: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.sum(tf.square(y)));
}

/** Ranges without poles and without ends at which a function is steep. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  sqrt: [0.2, 3],
  log: [0.2, 3],
  rsqrt: [0.2, 3],
};

/** Those whose gradient TensorFlow.js sums over broadcast axes. */
const BROADCAST = ["add", "sub", "mul", "div", "mod", "pow"];
/** Those whose gradient it has for operands of one shape only; others it refuses. */
const OF_ONE_SHAPE = ["maximum", "minimum", "squaredDifference"];

function elementwise(): GradientCase[] {
  const unary = UNARY_FUNCTIONS.filter(([name]) => !name.startsWith("is"))
    .flatMap(([name, apply, given]) => {
      const range = RANGES[name] ?? given;
      return [[], [2, 3]].map((shape) => ({
        name: `${name} [${shape}]`,
        inputs: { x: f32(...shape) },
        loss: ({ x }: Record<string, tf.Tensor>) => energy(apply(x!)),
        ...(range ? { range } : {}),
        // Its values are those of a formula with an error of 1.5e-7.
        ...(name === "erf" ? { tolerance: 1e-5 } : {}),
      }));
    });
  const binary = BINARY_FUNCTIONS
    .filter(([name]) => BROADCAST.includes(name) || OF_ONE_SHAPE.includes(name))
    .flatMap(([name, apply]) =>
      [
        ...[[[], []], [[3, 2], [3, 2]]],
        ...(BROADCAST.includes(name) ? [[[3, 2], []], [[3, 1], [2]]] : []),
      ].map(([a, b]) => ({
        name: `${name} [${a}] [${b}]`,
        inputs: { a: f32(...a!), b: f32(...b!) },
        loss: (t: Record<string, tf.Tensor>) => energy(apply(t.a!, t.b!)),
        range: [0.5, 2] as const,
      }))
    );
  return [...unary, ...binary];
}

const OTHERS: readonly GradientCase[] = [
  {
    name: "sum, mean, max and min over axes",
    inputs: { x: f32(2, 3, 4) },
    loss: ({ x }) =>
      tf.addN([
        energy(tf.mean(x!, [0, 2])),
        energy(tf.sum(x!, 1, true)),
        energy(tf.max(x!, 2)),
        energy(tf.min(x!, [0, 1])),
      ]),
  },
  {
    name: "mean of all",
    inputs: { x: f32(5) },
    loss: ({ x }) => tf.mean(tf.square(x!)),
  },
  {
    name: "log softmax, cross entropy",
    inputs: { x: f32(4, 5) },
    loss: ({ x }) => {
      const labels = tf.oneHot(tf.range(0, 4, 1, "int32") as tf.Tensor1D, 5);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(x!), labels), -1)));
    },
  },
  {
    name: "softmax of two classes and of one",
    inputs: { x: f32(3, 2), one: f32(3, 1) },
    loss: ({ x, one }) => tf.add(energy(tf.softmax(x!)), energy(tf.softmax(one!))),
  },
  {
    name: "matMul, transposed in every way",
    inputs: { a: f32(3, 4), b: f32(4, 5), c: f32(5, 4) },
    loss: ({ a, b, c }) =>
      tf.add(
        energy(tf.matMul(a!, b!)),
        tf.add(energy(tf.matMul(a!, c!, false, true)), energy(tf.matMul(b!, c!, true, true))),
      ),
  },
  {
    name: "matMul of batches",
    inputs: { a: f32(2, 3, 2), b: f32(2, 2, 3) },
    loss: ({ a, b }) => energy(tf.matMul(a!, b!)),
  },
  {
    name: "conv2d 3×3",
    inputs: { x: f32(2, 4, 5, 2), w: f32(3, 3, 2, 3) },
    loss: ({ x, w }) => energy(tf.conv2d(image(x), image(w), 1, 1)),
  },
  {
    name: "conv2d 3×3 with stride 2 on odd sizes",
    inputs: { x: f32(2, 5, 7, 2), w: f32(3, 3, 2, 3) },
    loss: ({ x, w }) => energy(tf.conv2d(image(x), image(w), 2, 1)),
  },
  {
    name: "conv2d 3×3 with stride 2 on odd sizes of one channel",
    inputs: { x: f32(1, 5, 3, 1), w: f32(3, 3, 1, 1) },
    loss: ({ x, w }) => energy(tf.conv2d(image(x), image(w), 2, 1)),
  },
  {
    name: "conv2d 1×1 with stride 2",
    inputs: { x: f32(2, 4, 5, 2), w: f32(1, 1, 2, 3) },
    loss: ({ x, w }) => energy(tf.conv2d(image(x), image(w), 2, 0)),
  },
  {
    name: "conv2dTranspose",
    inputs: { x: f32(1, 3, 2, 2), w: f32(3, 3, 2, 2) },
    loss: ({ x, w }) => energy(tf.conv2dTranspose(image(x), image(w), [1, 6, 4, 2], 2, "same")),
  },
  ...[3, 1].map((channels) => ({
    name: `batchNormTraining of ${channels} channels`,
    inputs: {
      x: f32(2, 3, 2, channels),
      gamma: f32(channels),
      beta: f32(channels),
      r: f32(2, 3, 2, channels),
    },
    loss: ({ x, gamma, beta, r }: Record<string, tf.Tensor>) => {
      const affine = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D };
      const { y } = batchNormTraining(image(x), affine, { epsilon: 1e-3 });
      return tf.sum(tf.mul(y, stopGradient(r!)));
    },
  })),
  {
    name: "batchNormTraining with LeakyReLU",
    inputs: { x: f32(3, 2, 2, 2), gamma: f32(2), beta: f32(2) },
    loss: ({ x, gamma, beta }) => {
      const affine = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D };
      return tf.sum(
        tf.sin(batchNormTraining(image(x), affine, { epsilon: 1e-5, leakyAlpha: 0.1 }).y),
      );
    },
  },
  {
    name: "leakyRelu, where, concat, slice, pad, gather",
    inputs: { x: f32(4, 3), y: f32(2, 3) },
    loss: ({ x, y }) => {
      const all = tf.concat([tf.leakyRelu(x!, 0.1), y!], 0);
      const chosen = tf.where(tf.greater(stopGradient(all), 0), tf.square(all), tf.mul(all, 3));
      const part = tf.pad(tf.slice(chosen as tf.Tensor2D, [1, 0], [4, 2]), [[0, 1], [1, 0]]);
      return energy(tf.gather(part, tf.tensor1d([0, 2, 2, 3], "int32")));
    },
  },
  {
    name: "tile, reverse, cumsum, transpose, reshape",
    inputs: { x: f32(2, 3) },
    loss: ({ x }) => {
      const wide = tf.reverse(tf.tile(tf.transpose(x!), [2, 2]), 0);
      // Along the last axis: TensorFlow.js refuses the gradient along others.
      return energy(tf.sin(tf.cumsum(tf.reshape(wide, [4, 6]), 1, true, true)));
    },
  },
  {
    name: "gather along the second axis",
    inputs: { x: f32(2, 4, 2) },
    loss: ({ x }) => energy(tf.gather(x!, tf.tensor1d([3, 0, 3], "int32"), 1)),
  },
  {
    name: "unsortedSegmentSum",
    inputs: { x: f32(6, 2), i: i32(6) },
    loss: ({ x, i }) => {
      const segments = tf.mod(i!, tf.scalar(3, "int32")) as tf.Tensor1D;
      return energy(tf.unsortedSegmentSum(x!, segments, 4));
    },
  },
];

/** A loss or more through every kernel that a gradient is passed through. */
export const gradientCases: readonly GradientCase[] = [...elementwise(), ...OTHERS];
