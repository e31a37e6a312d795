/** SimPro (Du, Han, Huang, ICML 2024): one head under an estimated class distribution of the unlabelled set. */
import * as tf from "@tensorflow/tfjs";
import { softCrossEntropy } from "./cross_entropy.ts";
import { startsEpoch } from "./epoch.ts";
import { flag, stackHosts, withHooks } from "./extend.ts";
import type { ConsistencyTargets, LossInputs, Method, MethodOptions } from "./method.ts";
import { confidenceMask } from "./pseudo_labels.ts";
import type { SimproParams } from "./simpro_params.ts";

const EPSILON = 1e-12;

/** Adjusts the base algorithm's losses by the estimated distributions. */
export function extend(base: Method, { params, context }: MethodOptions<SimproParams>): Method {
  const { classes, labelledCounts } = context;
  const many = classes >= 100;
  const tau = params.simpro_tau === "auto" ? many ? 1 : 2 : params.simpro_tau;
  const cutoff = params.simpro_cutoff === "auto" ? many ? 0.2 : 0.95 : params.simpro_cutoff;
  const total = labelledCounts.reduce((sum, n) => sum + n, 0);
  const vector = (value: (k: number) => number) => ({
    shape: [classes],
    initial: Float32Array.from({ length: classes }, (_, k) => value(k)),
  });

  /** The distributions of this epoch, and what the epoch has gathered so far: at an epoch's first step it is folded in. */
  function distributions({ state, step }: LossInputs) {
    const turn = step!.simpro_epoch_start!;
    const [mass, seen] = [state.simpro_mass!, state.simpro_seen!];
    const all = tf.add(mass, seen);
    const fold = (old: tf.Tensor, fresh: tf.Tensor) => {
      const change = tf.mul(tf.sub(fresh, old), 1 - params.simpro_ema);
      return tf.add<tf.Tensor1D>(old, tf.mul(change, turn));
    };
    const keep = tf.sub(1, turn);
    return {
      unlabelled: fold(state.simpro_unlabelled!, tf.div(mass, tf.add(tf.sum(mass), 1))),
      all: fold(state.simpro_all!, tf.div(all, tf.maximum(tf.sum(all), 1))),
      mass: tf.mul(mass, keep),
      seen: tf.mul(seen, keep),
    };
  }

  return {
    ...base,
    id: `${base.id}+simpro`,
    state: {
      ...base.state,
      simpro_unlabelled: vector(() => 1 / classes),
      simpro_all: vector((k) => labelledCounts[k]! / total),
      simpro_mass: vector(() => 0),
      simpro_seen: vector(() => 0),
    },
    stepInputs: {
      ...base.stepInputs,
      simpro_epoch_start: { shape: [] },
      simpro_labelled_scale: { shape: [] },
    },
    losses(inputs) {
      const { unlabelled, all, mass, seen } = distributions(inputs);
      const adjustment = (p: tf.Tensor1D) => tf.log(tf.add(tf.pow(p, tau), EPSILON));
      const shift = adjustment(all);
      const weak = inputs.logits.base!.weak!;
      const q = tf.softmax(tf.add<tf.Tensor2D>(weak, adjustment(unlabelled)));
      const mask = confidenceMask(tf.max(q, 1), cutoff);
      const adjusted = (logits: tf.Tensor2D) => tf.add<tf.Tensor2D>(logits, shift);
      const basic = base.losses(withHooks(inputs, {
        labelled: adjusted,
        strong: adjusted,
        supervisedScale: inputs.step!.simpro_labelled_scale as tf.Scalar,
        targets: (): ConsistencyTargets => ({
          probabilities: q,
          mask,
          rowLosses: softCrossEntropy,
        }),
      }));
      const labels = tf.cast(tf.oneHot(inputs.labels, classes), "float32");
      return {
        ...basic,
        state: {
          ...basic.state,
          simpro_unlabelled: unlabelled,
          simpro_all: all,
          simpro_mass: tf.add(mass, tf.sum(tf.mul(q, tf.expandDims(mask, 1)), 0)),
          simpro_seen: tf.add(seen, tf.sum(labels, 0)),
        },
      };
    },
    host: stackHosts(base.host, {
      stepInputs(info) {
        const { labelledBatch, labelledCount, unlabelledCount } = info;
        const loaders = (unlabelledCount * labelledBatch) /
          (labelledCount * info.unlabelled.length);
        return {
          simpro_epoch_start: flag(info.step > 0 && startsEpoch(info)),
          simpro_labelled_scale: Float32Array.of(1 / loaders),
        };
      },
    }),
  };
}
