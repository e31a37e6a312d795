/** ADELLO (Sanchez Aimar et al., ECCV 2024): flexible distribution alignment and distillation of unsure rows. */
import * as tf from "@tensorflow/tfjs";
import type { AdelloParams } from "./adello_params.ts";
import { softCrossEntropy } from "./cross_entropy.ts";
import { flag, stackHosts, withHooks } from "./extend.ts";
import type { ConsistencyTargets, Method, MethodOptions } from "./method.ts";

const EPSILON = 1e-9;

/** Adjusts the base algorithm's losses and adds the distillation. */
export function extend(base: Method, { params, context }: MethodOptions<AdelloParams>): Method {
  const { classes, labelledCounts } = context;
  const total = labelledCounts.reduce((sum, n) => sum + n, 0);
  const prior = labelledCounts.map((count) => count / total);
  return {
    ...base,
    id: `${base.id}+adello`,
    scalars: [...base.scalars, "distill_loss"],
    state: {
      ...base.state,
      adello_prior: { shape: [classes], initial: new Float32Array(classes).fill(1 / classes) },
    },
    stepInputs: {
      ...base.stepInputs,
      adello_alpha: { shape: [] },
      adello_distill: { shape: [] },
    },
    losses(inputs) {
      const estimate = inputs.state.adello_prior as tf.Tensor1D;
      const powered = tf.pow(estimate, inputs.step!.adello_alpha!);
      const target = tf.div(powered, tf.sum(powered));
      const shift = (p: tf.Tensor) =>
        tf.log(tf.div<tf.Tensor1D>(tf.add(p, EPSILON), tf.add(target, EPSILON)));
      const [labelledShift, strongShift] = [shift(tf.tensor1d(prior)), shift(estimate)];
      let used: ConsistencyTargets | undefined;
      const basic = base.losses(withHooks(inputs, {
        labelled: (logits) => tf.add(logits, labelledShift),
        strong: (logits) => tf.add(logits, strongShift),
        targets: (given) => used = given,
      }));
      const { probabilities, mask } = used!;
      const strong = tf.add<tf.Tensor2D>(inputs.logits.base!.strong!, strongShift);
      const rows = tf.mul(tf.sub(1, mask), softCrossEntropy(strong, probabilities));
      const distilled = tf.mul<tf.Scalar>(tf.mean(rows), inputs.step!.adello_distill!);
      const next = tf.add(
        tf.mul(estimate, params.prior_ema),
        tf.mul(tf.mean(probabilities, 0), 1 - params.prior_ema),
      );
      return {
        ...basic,
        total: tf.add(basic.total, tf.mul(distilled, params.distill_weight)),
        scalars: { ...basic.scalars, distill_loss: distilled },
        state: { ...basic.state, adello_prior: next },
      };
    },
    host: stackHosts(base.host, {
      stepInputs({ step, steps, epochSteps }) {
        const fallen = (1 - params.alpha_min) * (step / steps) ** params.alpha_power;
        return {
          adello_alpha: Float32Array.of(1 - fallen),
          adello_distill: flag(step >= Math.round(params.distill_from_epoch * epochSteps)),
        };
      },
    }),
  };
}
