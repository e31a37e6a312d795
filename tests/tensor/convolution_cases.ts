import * as tf from "@tensorflow/tfjs";
import { f32, type KernelCase } from "./kernel_case.ts";

interface Convolution {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number, number];
  readonly stride: number | [number, number];
  readonly pad: number | "same" | "valid";
  readonly dilation?: number;
  /** Smaller than others where many products are added. */
  readonly range?: readonly [number, number];
}

const CONVOLUTIONS: readonly Convolution[] = [
  { x: [2, 8, 8, 16], filter: [3, 3, 16, 16], stride: 1, pad: 1 },
  { x: [2, 8, 8, 8], filter: [3, 3, 8, 16], stride: 2, pad: 1 },
  { x: [2, 7, 5, 4], filter: [3, 3, 4, 8], stride: 2, pad: 1 },
  { x: [3, 5, 7, 3], filter: [3, 3, 3, 5], stride: 1, pad: 1 },
  { x: [1, 6, 6, 1], filter: [3, 3, 1, 1], stride: 1, pad: 0 },
  { x: [2, 8, 8, 8], filter: [1, 1, 8, 16], stride: 1, pad: 0 },
  { x: [2, 8, 8, 8], filter: [1, 1, 8, 16], stride: 2, pad: 0 },
  { x: [2, 5, 5, 2], filter: [1, 1, 2, 3], stride: 2, pad: 0 },
  { x: [9, 4, 4, 4], filter: [3, 3, 4, 8], stride: 1, pad: "same" },
  { x: [2, 6, 6, 4], filter: [2, 2, 4, 8], stride: 2, pad: "same" },
  { x: [2, 7, 7, 4], filter: [3, 3, 4, 4], stride: [2, 1], pad: "same" },
  { x: [1, 9, 9, 3], filter: [3, 3, 3, 4], stride: 1, pad: "valid", dilation: 2 },
  { x: [1, 9, 8, 3], filter: [5, 5, 3, 4], stride: 3, pad: 2 },
  { x: [1, 1, 1, 4], filter: [3, 3, 4, 4], stride: 1, pad: 1 },
  { x: [1, 7, 5, 1], filter: [3, 3, 1, 1], stride: 2, pad: 1 },
  { x: [2, 9, 9, 1], filter: [3, 3, 1, 2], stride: 2, pad: 1 },
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], stride: 1, pad: 0 },
  { x: [2, 9, 9, 3], filter: [2, 2, 3, 4], stride: 3, pad: 0 },
  { x: [2, 6, 7, 3], filter: [1, 1, 3, 4], stride: 3, pad: 0 },
  { x: [2, 5, 5, 3], filter: [1, 1, 3, 4], stride: 1, pad: 1 },
  { x: [3, 4, 4, 2], filter: [4, 4, 2, 3], stride: 2, pad: "same" },
];

/** Too large for TensorFlow.js's own backend, and one whose width it computes from the height's stride and filter. */
const OTHERS: readonly Convolution[] = [
  { x: [17, 32, 32, 64], filter: [3, 3, 64, 2], stride: 1, pad: 1, range: [-0.5, 0.5] },
  { x: [2, 10, 9, 3], filter: [5, 3, 3, 4], stride: [2, 3], pad: 1 },
];

/** Convolutions of all geometries, each with both gradients. */
export function convolutionCases(): KernelCase[] {
  return casesOf(CONVOLUTIONS);
}

/** Those that TensorFlow.js's own backend cannot check. */
export function otherConvolutionCases(): KernelCase[] {
  return casesOf(OTHERS);
}

function casesOf(convolutions: readonly Convolution[]): KernelCase[] {
  return convolutions.map(({ x, filter, stride, pad, dilation, range }) => ({
    name: `conv2d [${x}] [${filter}] stride ${stride} pad ${pad}${
      dilation ? ` dilation ${dilation}` : ""
    }`,
    inputs: { x: f32(...x), filter: f32(...filter) },
    ...(range ? { range } : {}),
    body: (t) => {
      const convolve = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad, "NHWC", dilation ?? 1);
      const y = convolve(t.x!, t.filter!);
      if (dilation) return { y };
      // Weights make the gradient differ from pixel to pixel.
      const [dx, dfilter] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.sin(convolve(a, b)))
      )(
        [t.x!, t.filter!],
      );
      return { y, dx: dx!, dfilter: dfilter! };
    },
  }));
}
