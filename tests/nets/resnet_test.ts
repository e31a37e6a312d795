import * as tf from "@tensorflow/tfjs";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { crossEntropy } from "../../src/methods/cross_entropy.ts";
import { headLogits } from "../../src/nets/heads.ts";
import { channelsLast, fromTorch, torchShape, toTorch } from "../../src/nets/layout.ts";
import type { Net } from "../../src/nets/net.ts";
import { loadNet } from "../../src/nets/registry.ts";
import { movingAverage } from "../../src/train/ema.ts";
import { assertClose } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";

const SMALL = { classes: 3, channels: 3 };

/** What PyTorch gives for `wave`'s weights, in float64; gradients and statistics as their products with `wave("probe")`. */
interface Reference {
  readonly eval_logits: readonly number[];
  readonly train_logits: readonly number[];
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number>>;
  readonly statistics: Readonly<Record<string, number>>;
}

const reference: Reference = JSON.parse(
  await Deno.readTextFile(new URL("fixtures/resnet-14-small-w2.json", import.meta.url)),
);

/** Values that are no other name's: what the reference was given. */
function wave(name: string, count: number): Float64Array {
  const phase = 1 + [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 97;
  return Float64Array.from({ length: count }, (_, i) => Math.sin(phase + 0.37 * i * i + i));
}

/** Scaled as in a real net; in PyTorch's layout. */
function weight(name: string, shape: readonly number[]): Float64Array {
  const values = wave(name, shape.reduce((a, b) => a * b, 1));
  const [out = 1, , height = 1, width = 1] = shape;
  if (shape.length === 4) return values.map((w) => w * Math.sqrt(4 / (out * height * width)));
  const aroundOne = name.endsWith("running_var") || (shape.length === 1 && /weight$/.test(name));
  return values.map((w) => (aroundOne ? 1 : 0) + 0.5 * w);
}

/** `fromTorch` keeps float32 only; the waves are float64. */
function inputs(net: Net): Record<string, Given> {
  const entries = [...net.parameters, ...net.buffers].map(({ name, shape }) => {
    const data = weight(name, torchShape(shape));
    return [name, inProgramLayout({ shape: torchShape(shape), data })] as const;
  });
  const x = { shape: [4, 3, 8, 8], data: wave("x", 4 * 3 * 8 * 8) };
  return { ...Object.fromEntries(entries), x: reordered(x, channelsLast) };
}

function inProgramLayout(tensor: { shape: readonly number[]; data: Float64Array }): Given {
  return reordered(tensor, fromTorch);
}

/** Moves float64 values as `move` moves float32 ones, by moving their indices. */
function reordered(
  { shape, data }: { shape: readonly number[]; data: Float64Array },
  move: typeof fromTorch,
): Given {
  const places = move({ shape, data: Float32Array.from(data, (_, i) => i) });
  return { shape: places.shape, data: Array.from(places.data, (place) => data[place]!) };
}

function probed(values: ArrayLike<number>, shape: readonly number[]): number {
  const { data: places } = toTorch({ shape, data: Float32Array.from(values, (_, i) => i) });
  const probe = wave("probe", values.length);
  return places.reduce((sum, place, i) => sum + values[place]! * probe[i]!, 0);
}

Deno.test("smallResNet() has the reference's parameters, in its order", async () => {
  const net = await loadNet("resnet-50-small", { classes: 127, channels: 3 });
  const counts = net.parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  strictEqual(counts.reduce((a, b) => a + b), 23_760_575); // PyTorch's count of the same modules
  strictEqual(net.features, 2048);
  ok(net.buffers.every(({ momentum }) => momentum === 0.1));
  const narrow = await loadNet("resnet-14-small-w2", SMALL);
  deepStrictEqual(narrow.parameters.map(({ name }) => name), Object.keys(reference.gradients));
  deepStrictEqual(narrow.buffers.map(({ name }) => name), Object.keys(reference.statistics));
});

Deno.test("smallResNet() gives PyTorch's logits with running statistics", async () => {
  const net = await loadNet("resnet-14-small-w2", SMALL);
  const { logits } = runRecorded(inputs(net), ({ x, ...t }) => ({
    logits: headLogits(net.forwardInference(x as tf.Tensor4D, t, t), t, "base"),
  }));
  assertClose(logits!, reference.eval_logits, { tolerance: 1e-6, what: "logits" });
});

Deno.test("smallResNet() gives PyTorch's loss, gradients and running statistics in training", async () => {
  const net = await loadNet("resnet-14-small-w2", SMALL);
  const given = { ...inputs(net), y: { shape: [4], data: [0, 2, 1, 2], dtype: "int32" as const } };
  const out = runRecorded(given, ({ x, y, ...t }) => {
    const result: Record<string, tf.Tensor> = {};
    const gradients = tf.grads((...values: tf.Tensor[]) => {
      const live = Object.fromEntries(net.parameters.map(({ name }, i) => [name, values[i]!]));
      const { features, statistics } = net.forwardTraining(x as tf.Tensor4D, live);
      const logits = headLogits(features, live, "base");
      const loss = tf.mean<tf.Scalar>(crossEntropy(logits, y as tf.Tensor1D));
      result.logits = tf.keep(logits);
      result.loss = tf.keep(loss);
      for (const { name, momentum } of net.buffers) {
        const decay = 1 - momentum!;
        result[name] = tf.keep(movingAverage(t[name]!, statistics[name]!, { decay }));
      }
      return loss;
    })(net.parameters.map(({ name }) => t[name]!));
    net.parameters.forEach(({ name }, i) => result[name] = gradients[i]!);
    return result;
  });
  assertClose(out.logits!, reference.train_logits, { tolerance: 1e-6, what: "logits" });
  assertClose(out.loss!, [reference.loss], { tolerance: 1e-6, what: "loss" });
  for (const { name, shape } of net.parameters) {
    const expected = reference.gradients[name]!;
    const actual = probed(out[name]!, shape);
    ok(Math.abs(actual - expected) <= 1e-5 * Math.max(1, Math.abs(expected)), `${name}: ${actual}`);
  }
  for (const { name, shape } of net.buffers) {
    const expected = reference.statistics[name]!;
    const actual = probed(out[name]!, shape);
    ok(Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${name}: ${actual}`);
  }
});

Deno.test("smallResNet() takes class-wise BatchNorm, and changes no other parameter", async () => {
  const plain = await loadNet("resnet-14-small-w2", SMALL);
  const classwise = await loadNet("resnet-14-small-w2", { ...SMALL, classwiseNorm: true });
  const names = ({ parameters }: Net) => parameters.map(({ name }) => name);
  deepStrictEqual(names(classwise).slice(0, names(plain).length), names(plain));
  const { features, mean } = runRecorded(inputs(classwise), ({ x, ...t }) => {
    const { features, branches } = classwise.forwardTraining(x as tf.Tensor4D, t);
    const { H, M, T } = branches!;
    return { features, mean: tf.div(tf.add(tf.add(H, M), T), 3) };
  });
  assertClose(features!, mean!, { tolerance: 1e-6, what: "features" });
  strictEqual(features!.length, 4 * classwise.features);
});
