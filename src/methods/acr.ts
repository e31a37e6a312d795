/** ACR (Wei, Gan, CVPR 2023): pseudo-labels adjusted by how far the unlabelled classes lie from three anchors. */
import * as tf from "@tensorflow/tfjs";
import type { AcrParams } from "./acr_params.ts";
import { classRanks } from "./class_order.ts";
import { crossEntropy } from "./cross_entropy.ts";
import { epochOf, startsEpoch } from "./epoch.ts";
import { flag, headOutputs, stackHosts, withHooks } from "./extend.ts";
import type {
  ConsistencyTargets,
  HeadLogits,
  LossInputs,
  Method,
  MethodOptions,
  StepInfo,
} from "./method.ts";
import { confidenceMask } from "./pseudo_labels.ts";

const EPSILON = 1e-12;

/** Adds ACR's balanced head and dynamic adjustment. */
export function extend(base: Method, { params, context }: MethodOptions<AcrParams>): Method {
  const { classes, labelledCounts } = context;
  const { cutoff, weight } = base.consistency!;
  const total = labelledCounts.reduce((sum, n) => sum + n, 0);
  const prior = labelledCounts.map((count) => count / total);
  const fixed = prior.map((p) => Math.log(Math.pow(p, params.acr_tau) + EPSILON));
  const anchors = [prior, prior.map(() => 1 / classes), reversed(prior, labelledCounts)];

  /** τ of this step and Σ D of the epoch so far: at an epoch's first step D turns into τ. */
  function tauAndSum({ state, step }: LossInputs) {
    const [starts, estimating] = [step!.acr_epoch_start!, step!.acr_estimating!];
    const turn = tf.mul(starts, estimating);
    const share = tf.slice1d(tf.softmax(tf.div(state.acr_sum!, step!.acr_epoch_steps!)), 0, 1);
    const fresh = tf.mul(tf.reshape(share, []), params.acr_tau);
    const tau = tf.add<tf.Scalar>(tf.mul(turn, fresh), tf.mul(tf.sub(1, turn), state.acr_tau!));
    return { tau, sum: tf.mul<tf.Tensor1D>(state.acr_sum!, tf.sub(1, starts)) };
  }

  function estimate({ state, step }: LossInputs, confident: tf.Tensor1D, sum: tf.Tensor1D) {
    const count = tf.sum(confident);
    const update = tf.mul(step!.acr_estimating!, tf.cast(tf.greater(count, 0), "float32"));
    const histogram = tf.div(confident, tf.maximum(count, 1));
    const rate = tf.mul(update, 1 - params.acr_ema);
    const u = tf.add<tf.Tensor1D>(
      tf.mul(state.acr_u!, tf.sub(1, rate)),
      tf.mul(histogram, rate),
    );
    const distances = tf.stack(anchors.map((anchor) => divergence(u, tf.tensor1d(anchor))));
    return { acr_u: u, acr_sum: tf.add(sum, tf.mul(distances, update)) };
  }

  return {
    ...base,
    ...headOutputs("acr", base),
    id: `${base.id}+acr`,
    heads: [...base.heads, "acr"],
    scalars: [
      ...base.scalars,
      "acr_sup_loss",
      "acr_unsup_loss",
      "acr_util_ratio",
      "acr_tau",
    ],
    state: {
      ...base.state,
      acr_u: { shape: [classes], initial: new Float32Array(classes).fill(1 / classes) },
      acr_sum: { shape: [3], initial: new Float32Array(3) },
      acr_tau: { shape: [], initial: Float32Array.of(params.acr_tau) },
    },
    stepInputs: {
      ...base.stepInputs,
      acr_epoch_start: { shape: [] },
      acr_estimating: { shape: [] },
      acr_epoch_steps: { shape: [] },
    },
    losses(inputs) {
      const { tau, sum } = tauAndSum(inputs);
      const adjustment = tf.log(tf.add(tf.pow(tf.tensor1d(prior), tau), EPSILON));
      const weakBase = inputs.logits.base!.weak!;
      const { labelled, weak, strong } = inputs.logits.acr as Required<HeadLogits>;
      const p1 = tf.softmax(tf.sub<tf.Tensor2D>(weakBase, adjustment));
      const p2 = tf.softmax(tf.sub<tf.Tensor2D>(weakBase, tf.tensor1d(fixed)));
      const pb = tf.softmax(weak);
      const confident = (p: tf.Tensor2D) => confidenceMask(tf.max(p, 1), cutoff);
      const targets = (plain: ConsistencyTargets): ConsistencyTargets => ({
        ...plain,
        probabilities: p1,
        mask: tf.maximum(confident(p1), confident(plain.probabilities)),
      });
      const basic = base.losses(withHooks(inputs, { targets }));
      const supervised = tf.mean<tf.Scalar>(
        crossEntropy(tf.add(labelled, tf.tensor1d(fixed)), inputs.labels),
      );
      const maskB = confident(pb);
      const mask = tf.maximum(maskB, confident(p2));
      const consistency = tf.mean<tf.Scalar>(
        tf.mul(mask, crossEntropy(strong, tf.argMax(p2, 1))),
      );
      const labelsB = tf.cast(tf.oneHot(tf.argMax<tf.Tensor1D>(pb, 1), classes), "float32");
      const classesSeen = tf.max<tf.Tensor1D>(tf.mul(labelsB, tf.expandDims(maskB, 1)), 0);
      return {
        ...basic,
        total: tf.add(basic.total, tf.add(supervised, tf.mul(consistency, weight))),
        scalars: {
          ...basic.scalars,
          acr_sup_loss: supervised,
          acr_unsup_loss: consistency,
          acr_util_ratio: tf.mean(mask),
          acr_tau: tau,
        },
        state: { ...basic.state, ...estimate(inputs, classesSeen, sum), acr_tau: tau },
      };
    },
    host: stackHosts(base.host, {
      stepInputs(info) {
        return {
          acr_epoch_start: flag(startsEpoch(info)),
          acr_estimating: flag(epochOf(info) > params.estimation_epochs),
          acr_epoch_steps: Float32Array.of(stepsBefore(info)),
        };
      },
    }),
  };
}

/** Steps of the epoch that ends with the step before this one; of another epoch so many as it has had. */
function stepsBefore({ step, epochSteps }: StepInfo): number {
  const first = Math.ceil(epochOf({ step: step - 1, epochSteps }) * epochSteps);
  return Math.max(1, step - first);
}

/** Half the sum of both Kullback-Leibler divergences, []. The estimate of a class that is never seen decays to zero. */
function divergence(p: tf.Tensor1D, q: tf.Tensor1D): tf.Scalar {
  const log = (x: tf.Tensor1D) => tf.log(tf.maximum(x, 1e-30));
  return tf.mul(0.5, tf.sum(tf.mul(tf.sub(p, q), tf.sub(log(p), log(q)))));
}

/** The frequencies in the reverse order of ranks: the most frequent class gets the rarest one's. */
function reversed(prior: readonly number[], counts: readonly number[]): number[] {
  const descending = [...prior].sort((a, b) => b - a);
  return classRanks(counts).map((rank) => descending[prior.length - 1 - rank]!);
}
