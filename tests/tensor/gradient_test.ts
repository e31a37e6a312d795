import * as tf from "@tensorflow/tfjs";
import { interpret, record, type TensorSpec } from "../../src/tensor/mod.ts";
import { batchNormTraining, stopGradient } from "../../src/tensor/ops.ts";
import { assertClose } from "./compare.ts";
import { f32, hostValues } from "./kernel_case.ts";

interface GradientCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** A scalar. */
  readonly loss: (tensors: Record<string, tf.Tensor>) => tf.Tensor;
  readonly range?: readonly [number, number];
}

function image(x: tf.Tensor | undefined): tf.Tensor4D {
  return x as tf.Tensor4D;
}

/** Half of the sum of squares: a loss whose gradient differs from element to element. */
function energy(y: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.sum(tf.square(y)));
}

const cases: readonly GradientCase[] = [
  {
    name: "sum and mean over axes",
    inputs: { x: f32(2, 3, 4) },
    loss: ({ x }) => tf.add(energy(tf.mean(x!, [0, 2])), energy(tf.sum(x!, 1, true))),
  },
  {
    name: "mean of all",
    inputs: { x: f32(5) },
    loss: ({ x }) => tf.mean(tf.square(x!)),
  },
  {
    name: "broadcast arithmetic",
    inputs: { a: f32(3, 1), b: f32(4) },
    range: [0.5, 2],
    loss: ({ a, b }) => energy(tf.div(tf.sub(tf.mul(a!, b!), b!), tf.add(a!, tf.sqrt(b!)))),
  },
  {
    name: "functions",
    inputs: { x: f32(6) },
    range: [0.2, 1.5],
    loss: ({ x }) =>
      energy(tf.add(tf.pow(x!, 1.7), tf.add(tf.tanh(x!), tf.add(tf.log(x!), tf.rsqrt(x!))))),
  },
  {
    name: "log softmax, cross entropy",
    inputs: { x: f32(4, 5) },
    loss: ({ x }) =>
      tf.neg(
        tf.mean(
          tf.sum(
            tf.mul(tf.logSoftmax(x!), tf.oneHot(tf.range(0, 4, 1, "int32") as tf.Tensor1D, 5)),
            -1,
          ),
        ),
      ),
  },
  {
    name: "softmax",
    inputs: { x: f32(3, 2) },
    loss: ({ x }) => energy(tf.softmax(x!)),
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
    name: "conv2d 1×1 with stride 2",
    inputs: { x: f32(2, 4, 5, 2), w: f32(1, 1, 2, 3) },
    loss: ({ x, w }) => energy(tf.conv2d(image(x), image(w), 2, 0)),
  },
  {
    name: "batchNormTraining",
    inputs: { x: f32(2, 3, 2, 3), gamma: f32(3), beta: f32(3), r: f32(2, 3, 2, 3) },
    loss: ({ x, gamma, beta, r }) => {
      const affine = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D };
      const { y } = batchNormTraining(image(x), affine, { epsilon: 1e-3 });
      return tf.sum(tf.mul(y, stopGradient(r!)));
    },
  },
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
];

Deno.test("gradients agree with finite differences in float64", async (t) => {
  for (const [seed, { name, inputs, loss, range }] of cases.entries()) {
    await t.step(name, () => {
      const names = Object.keys(inputs).filter((own) => own !== "r"); // r is a constant to the loss
      const forward = record(inputs, (tensors) => ({ loss: loss(tensors) }));
      const backward = record(inputs, (tensors) => {
        const of = (...xs: tf.Tensor[]) =>
          loss({ ...tensors, ...Object.fromEntries(names.map((own, i) => [own, xs[i]!])) });
        const grads = tf.grads(of)(names.map((own) => tensors[own]!));
        return Object.fromEntries(
          names.map((own, i) => [`d${own}`, grads[i] ?? tf.zerosLike(tensors[own]!)]),
        );
      });
      const options = range ? { range } : {};
      const values = Object.fromEntries(
        Object.entries(inputs).map((
          [own, spec],
          i,
        ) => [own, hostValues(spec, { seed: 31 * seed + i, ...options })]),
      );
      const gradients = interpret(backward, values);
      for (const own of names) {
        const differences = values[own]!.map((_, i) => {
          const at = (step: number) => {
            const moved = values[own]!.map((value, j) => i === j ? value + step : value);
            return interpret(forward, { ...values, [own]: moved }).loss![0]!;
          };
          return (at(1e-5) - at(-1e-5)) / 2e-5;
        });
        assertClose(gradients[`d${own}`]!, differences, { tolerance: 1e-7, message: own });
      }
    });
  }
});
