import * as tf from "@tensorflow/tfjs";
import type { TensorSpec } from "../../src/tensor/mod.ts";
import {
  batchNormTraining,
  gatherImages,
  pixelOperation,
  randomBits,
  randomUniform,
} from "../../src/tensor/ops.ts";
import { otherConvolutionCases } from "./convolution_cases.ts";
import { bool, f32, i32, type KernelCase } from "./kernel_case.ts";

const images: TensorSpec = { shape: [6, 4, 4, 3], dtype: "int32", storage: "uint8" };

function batchNormCase(channels: number, alpha: number | undefined): KernelCase {
  return {
    name: `batchNormTraining of ${channels} channels, slope ${alpha ?? "none"}`,
    inputs: { x: f32(5, 7, 9, channels), gamma: f32(channels), beta: f32(channels) },
    body: (t) => {
      const statistics: Record<string, tf.Tensor> = {};
      const { value, grads } = tf.valueAndGrads((x, gamma, beta) => {
        const affine = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D };
        const { y, mean, variance } = batchNormTraining(x as tf.Tensor4D, affine, {
          epsilon: 1e-3,
          ...(alpha ? { leakyAlpha: alpha } : {}),
        });
        Object.assign(statistics, { mean: tf.keep(mean), variance: tf.keep(variance) });
        return tf.sum(tf.sin(y));
      })([t.x!, t.gamma!, t.beta!]);
      return { ...statistics, value, dx: grads[0]!, dgamma: grads[1]!, dbeta: grads[2]! };
    },
  };
}

/** Our own kernels, and uses of the others that TensorFlow.js's backend cannot check. */
export const ownCases: readonly KernelCase[] = [
  ...otherConvolutionCases(),
  {
    name: "pixelOperation of every kind",
    isExact: true,
    inputs: { x: f32(10, 6, 5, 3) },
    range: [0, 255.9],
    body: ({ x }) => {
      const kind = tf.range(0, 10, 1, "int32");
      const value = tf.tensor1d([0, 0, 0, 0.3, 0.4, 0.5, 0.6, 5, 100, 0]);
      const map = [60000, 9000, 20000, -9000, 60000, 40000];
      const coefficients = tf.tensor2d(Array.from({ length: 10 }, () => map), [10, 6], "int32");
      const pixels = tf.floor(x as tf.Tensor4D);
      return { y: pixelOperation(pixels, { kind, value, coefficients }) };
    },
  },
  ...[4, 3, 16, 1].flatMap((channels) =>
    [undefined, 0.1].map((alpha) => batchNormCase(channels, alpha))
  ),
  {
    name: "batch norm's gradient from given statistics, of images and of rows",
    inputs: {
      dy: f32(2, 3, 3, 4),
      x: f32(2, 3, 3, 4),
      rows: f32(6, 4),
      gamma: f32(4),
      mean: f32(4),
      variance: f32(4),
    },
    range: [0.2, 2],
    body: (t) => {
      const gradient = (dy: tf.Tensor, x: tf.Tensor) =>
        tf.engine().runKernel("BatchNormTrainingGrad", {
          dy,
          x,
          y: tf.sub(x, 1),
          gamma: t.gamma!,
          mean: t.mean!,
          variance: t.variance!,
        }, { epsilon: 1e-3, alpha: 0.1 }) as unknown as tf.Tensor[];
      const [dx, dgamma, dbeta] = gradient(t.dy!, t.x!);
      const ofRows = gradient(tf.sin(t.rows!), t.rows!);
      return {
        ...{ dx: dx!, dgamma: dgamma!, dbeta: dbeta! },
        ...{ rows_dx: ofRows[0]!, rows_dgamma: ofRows[1]!, rows_dbeta: ofRows[2]! },
      };
    },
  },
  {
    name: "batch norm of rows",
    inputs: { x: f32(7, 3), gamma: f32(3), beta: f32(3) },
    body: (t) => {
      const [y, mean, variance] = tf.engine().runKernel(
        "BatchNormTraining",
        { x: t.x!, gamma: t.gamma!, beta: t.beta! },
        { epsilon: 1e-5, alpha: 1 },
      ) as unknown as tf.Tensor[];
      return { y: y!, mean: mean!, variance: variance! };
    },
  },
  {
    name: "gatherImages",
    inputs: { images, indices: i32(4) },
    range: [0, 6],
    body: (t) => ({ y: gatherImages(t.images!, t.indices!) }),
  },
  {
    name: "uint8 storage through reshape, slice, transpose",
    inputs: { images },
    range: [0, 256],
    body: (t) => ({
      whole: tf.add(tf.cast(tf.reshape(t.images!, [6, 48]), "float32"), 0.5),
      integers: tf.cast(tf.add(t.images!, tf.scalar(1, "int32")), "int32"),
      part: tf.cast(tf.slice(t.images!, [2, 0, 1, 0], [2, 4, 3, 3]), "float32"),
      turned: tf.cast(tf.transpose(t.images!, [0, 3, 1, 2]), "float32"),
      kept: tf.slice(t.images!, [5, 0, 0, 0], [1, 4, 4, 3]),
    }),
  },
  {
    name: "draws, small and large, under two keys",
    isExact: true,
    inputs: { key: i32(2), other: i32(2) },
    range: [-(2 ** 31), 2 ** 31],
    body: ({ key, other }) => ({
      scalar: randomUniform(key!, { stream: 3, shape: [] }),
      many: randomUniform(key!, { stream: 4, shape: [33, 3] }),
      bits: randomBits(key!, { stream: 4, shape: [17] }),
      large: randomBits(key!, { stream: 5, shape: [5000] }),
      larger: randomUniform(other!, { stream: 2 ** 31 - 1, shape: [2, 5000] }),
      none: randomUniform(other!, { stream: 1, shape: [0] }),
    }),
  },
  {
    name: "outputs that are inputs, constants, repeated, reshaped or empty",
    inputs: { x: f32(2, 3), flag: bool(3), none: f32(0, 3) },
    body: ({ x, flag, none }) => ({
      same: x!,
      flat: tf.reshape(x!, [6]),
      one: tf.ones([2, 2]),
      list: tf.tensor1d([1, 2, 3]),
      sum: tf.add(x!, 1),
      again: tf.add(x!, 1),
      turned: tf.logicalNot(flag!),
      nothing: tf.mul(none!, 2),
    }),
  },
  {
    name: "segment sum with numbers outside",
    inputs: { x: f32(6, 2), i: i32(6) },
    body: (t) => ({ y: tf.unsortedSegmentSum(t.x!, t.i as tf.Tensor1D, 4) }),
  },
  {
    name: "step of what is no number",
    inputs: { x: f32(5) },
    body: ({ x }) => ({ y: tf.step(tf.sqrt(x!), 0.3) }),
  },
];
