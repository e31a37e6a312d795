/**
 * y = a(γ·(x − μ)/√(σ² + ε) + β) with mean μ and biased variance σ² of the batch, a(v) = v where v > 0, else α·v; gives y, μ and the
 * unbiased variance. Of g, the gradient before a, over m rows: dβ = Σg, dγ = Σ g·x̂, dx = γ/√(σ² + ε) · (g − dβ/m − x̂·dγ/m).
 */
import * as tf from "@tensorflow/tfjs";
import { elementCount } from "../../../program.ts";
import type { Rule } from "../rule.ts";
import { fusedBatchNorm, fusedBatchNormGradient } from "./fused_batch_norm.ts";

const forward: Rule = (call) => {
  if (call.node) return fusedBatchNorm(call, call.node);
  const { attributes } = call;
  const { shape } = call.inSpec();
  const rows = elementCount(shape) / (shape.at(-1) ?? 1);
  const x = tf.reshape(call.in(0), [rows, -1]); // [m,C]
  const mean = tf.mean(x, 0);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), 0);
  const scale = tf.mul(tf.rsqrt(tf.add(variance, attributes.number("epsilon"))), call.in(1));
  const y = tf.add(tf.mul(centred, scale), call.in(2));
  const alpha = attributes.number("alpha");
  return [
    tf.reshape(alpha === 1 ? y : tf.leakyRelu(y, alpha), [...shape]),
    mean,
    tf.mul(variance, rows / (rows - 1)),
  ];
};

const backward: Rule = (call) => {
  const saved = call.savedWith(5);
  if (call.node && saved.length) return fusedBatchNormGradient(call, call.node, saved);
  const { attributes } = call;
  const { shape } = call.inSpec();
  const rows = elementCount(shape) / (shape.at(-1) ?? 1);
  const [dy, x, y] = [0, 1, 2].map((index) => tf.reshape(call.in(index), [rows, -1])); // [m,C]
  const [gamma, mean, unbiased] = [3, 4, 5].map((index) => call.in(index)); // [C]
  const variance = tf.mul(unbiased!, (rows - 1) / rows);
  const inverse = tf.rsqrt(tf.add(variance, attributes.number("epsilon")));
  const alpha = attributes.number("alpha");
  const g = alpha === 1 ? dy! : tf.mul(dy!, tf.step(y!, alpha));
  const normal = tf.mul(tf.sub(x!, mean!), inverse);
  const dbeta = tf.sum(g, 0);
  const dgamma = tf.sum(tf.mul(g, normal), 0);
  const common = tf.add(tf.mul(normal, tf.div(dgamma, rows)), tf.div(dbeta, rows));
  const dx = tf.mul(tf.sub(g, common), tf.mul(gamma!, inverse));
  return [tf.reshape(dx, [...shape]), dgamma, dbeta];
};

/** Batch normalisation with the statistics of the batch, and its gradient. */
export const batchNorm: Readonly<Record<string, Rule>> = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
};
