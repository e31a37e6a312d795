/** ABC (Lee, Shin, Kim, NeurIPS 2021): a balanced head trained on rows that are drawn by inverse class frequency. */
import * as tf from "@tensorflow/tfjs";
import { randomUniform } from "../tensor/threefry.ts";
import type { AbcParams } from "./abc_params.ts";
import { crossEntropy, lookUp } from "./cross_entropy.ts";
import { epochOf } from "./epoch.ts";
import { headOutputs, stackHosts } from "./extend.ts";
import type { HeadLogits, Method, MethodOptions, StepInfo } from "./method.ts";
import { confidenceMask, pseudoLabels } from "./pseudo_labels.ts";

/** Streams of the draws; views use small numbers. */
const STREAMS = { labelled: 0x4142_0001, unlabelled: 0x4142_0002 };

/** Adds ABC's head and losses. */
export function extend(base: Method, { params, context }: MethodOptions<AbcParams>): Method {
  const { labelledCounts } = context;
  const rarest = Math.min(...labelledCounts);
  const keepRates = labelledCounts.map((count) => rarest / count);
  const { cutoff } = base.consistency!;
  return {
    ...base,
    ...headOutputs("abc", base),
    id: `${base.id}+abc`,
    heads: [...base.heads, "abc"],
    scalars: [...base.scalars, "abc_sup_loss", "abc_unsup_loss", "abc_util_ratio"],
    stepInputs: {
      ...base.stepInputs,
      abc_labelled: { rows: "labelled", shape: [] },
      abc_unlabelled: { rows: "unlabelled", shape: [] },
      abc_progress: { shape: [] },
    },
    losses(inputs) {
      const basic = base.losses(inputs);
      const { labelled, weak, strong } = inputs.logits.abc as Required<HeadLogits>;
      const draws = inputs.step!;
      const rates = tf.tensor1d(keepRates);
      const drawn = (uniform: tf.Tensor, rate: tf.Tensor1D) =>
        tf.cast(tf.less(uniform, rate), "float32");
      const supervised = tf.mean<tf.Scalar>(
        tf.mul(
          crossEntropy(labelled, inputs.labels),
          drawn(draws.abc_labelled!, lookUp(rates, inputs.labels)),
        ),
      );
      const pseudo = pseudoLabels(weak);
      const mask = confidenceMask(pseudo.confidence, cutoff);
      const unkept = tf.sub(1, lookUp(rates, pseudo.labels));
      const rate = tf.sub<tf.Tensor1D>(1, tf.mul(draws.abc_progress!, unkept));
      const used = tf.mul(mask, drawn(draws.abc_unlabelled!, rate));
      const consistency = tf.mean<tf.Scalar>(tf.mul(used, crossEntropy(strong, pseudo.labels)));
      return {
        ...basic,
        total: tf.add(basic.total, tf.mul(tf.add(supervised, consistency), params.abc_weight)),
        scalars: {
          ...basic.scalars,
          abc_sup_loss: supervised,
          abc_unsup_loss: consistency,
          abc_util_ratio: tf.mean(used),
        },
      };
    },
    host: stackHosts(base.host, { stepInputs: abcInputs }),
  };
}

function abcInputs(info: StepInfo): Record<string, Float32Array> {
  const { step, steps, epochSteps, seed } = info;
  const draw = (stream: number, count: number) => randomUniform([seed, step], { stream, count });
  return {
    abc_labelled: draw(STREAMS.labelled, info.labelledBatch),
    abc_unlabelled: draw(STREAMS.unlabelled, info.unlabelled.length),
    abc_progress: Float32Array.of(epochOf(info) / (steps / epochSteps)),
  };
}
