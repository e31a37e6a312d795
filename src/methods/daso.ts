/** DASO (Oh, Kim, Kweon, CVPR 2022): pseudo-labels blended with similarities to class prototypes. */
import * as tf from "@tensorflow/tfjs";
import { lookUp, softCrossEntropy } from "./cross_entropy.ts";
import { flag, stackHosts, stepsOf, withHooks } from "./extend.ts";
import type { DasoParams } from "./daso_params.ts";
import { cosines, enqueue, prototypes } from "./daso_queue.ts";
import {
  type ConsistencyTargets,
  type LossInputs,
  type Method,
  type MethodOptions,
  USUAL_SIZES,
  type ViewRows,
} from "./method.ts";

/** Blends the base algorithm's pseudo-labels and aligns features with prototypes. */
export function extend(base: Method, { params, context }: MethodOptions<DasoParams>): Method {
  const { classes, sizes = USUAL_SIZES } = context;
  const { queue_length: length, similarity } = params;
  // STL-10's unlabelled images, whose classes nobody knows, are the source's exception among sets of ten classes.
  const automatic = classes <= 10 && context.unlabelledCounts !== undefined ? 1.5 : 0.3;
  const temperature = params.t_dist === "auto" ? automatic : params.t_dist;
  const zeros = (...shape: number[]) => ({
    shape,
    initial: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });

  function similarities(inputs: LossInputs) {
    const queue = enqueue({
      bank: inputs.state.daso_bank as tf.Tensor2D,
      filled: inputs.state.daso_filled as tf.Tensor1D,
      next: inputs.state.daso_next as tf.Tensor1D,
    }, { features: inputs.averagedFeatures!, labels: inputs.labels, length });
    const centres = prototypes(queue);
    const { weak, strong } = inputs.features as Required<ViewRows>;
    const logits = (x: tf.Tensor2D) => tf.div<tf.Tensor2D>(cosines(x, centres), params.t_proto);
    return { queue, weak: tf.softmax(logits(weak)), strong: logits(strong) };
  }

  /** p' of the rows with probabilities p and similarities v, both [n,K]. */
  function blend(p: tf.Tensor2D, v: tf.Tensor2D, { state, step }: LossInputs): tf.Tensor2D {
    const counts = state.daso_counts as tf.Tensor1D;
    const relative = tf.div<tf.Tensor1D>(counts, tf.maximum(tf.max(counts), 1));
    const shares = lookUp(tf.pow(relative, 1 / temperature), tf.argMax(p, 1));
    const share = tf.mul(tf.expandDims(shares, 1), step!.daso_blend!);
    return tf.add(tf.mul(tf.sub(1, share), p), tf.mul(share, v));
  }

  /** Label counts: those in use, and those that are being gathered. */
  function counted({ state, step }: LossInputs, labels: tf.Tensor1D) {
    const fresh = tf.sum<tf.Tensor1D>(tf.cast(tf.oneHot(labels, classes), "float32"), 0);
    const gathered = tf.add(state.daso_gathered!, fresh);
    const refresh = step!.daso_refresh!;
    const keep = tf.sub(1, refresh);
    return {
      daso_counts: tf.add(tf.mul(keep, state.daso_counts!), tf.mul(refresh, gathered)),
      daso_gathered: tf.mul(keep, gathered),
    };
  }

  return {
    ...base,
    id: `${base.id}+daso`,
    needs: { ...base.needs, features: true, averagedFeatures: true },
    scalars: [...base.scalars, "assign_loss"],
    state: {
      ...base.state,
      daso_bank: zeros(classes * length, sizes.features),
      daso_filled: zeros(classes),
      daso_next: zeros(classes),
      daso_counts: zeros(classes),
      daso_gathered: zeros(classes),
      ...(similarity === "previous"
        ? { daso_similarity: zeros(sizes.unlabelledBatch, classes) }
        : {}),
    },
    stepInputs: {
      ...base.stepInputs,
      daso_blend: { shape: [] },
      daso_align: { shape: [] },
      daso_refresh: { shape: [] },
    },
    losses(inputs) {
      const { queue, weak, strong } = similarities(inputs);
      const used = similarity === "current" ? weak : inputs.state.daso_similarity as tf.Tensor2D;
      let labels: tf.Tensor1D | undefined;
      const targets = (given: ConsistencyTargets): ConsistencyTargets => {
        const probabilities = blend(given.probabilities, used, inputs);
        labels = tf.argMax(probabilities, 1);
        return { ...given, probabilities };
      };
      const basic = base.losses(withHooks(inputs, { targets }));
      const align = inputs.step!.daso_align!;
      const alignment = tf.mul<tf.Scalar>(tf.mean(softCrossEntropy(strong, weak)), align);
      return {
        ...basic,
        total: tf.add(basic.total, tf.mul(alignment, params.align_weight)),
        scalars: { ...basic.scalars, assign_loss: alignment },
        state: {
          ...basic.state,
          ...counted(inputs, labels!),
          daso_bank: queue.bank,
          daso_filled: queue.filled,
          daso_next: queue.next,
          ...(similarity === "previous" ? { daso_similarity: tf.mul(weak, align) } : {}),
        },
      };
    },
    host: stackHosts(base.host, {
      stepInputs({ step, epochSteps }) {
        const pretraining = Math.round(params.pretrain_epochs * epochSteps);
        const refresh = stepsOf(params.refresh_epochs, epochSteps);
        return {
          daso_blend: flag(step >= pretraining),
          daso_align: flag(step + 1 >= pretraining),
          daso_refresh: flag((step + 1) % refresh === 0),
        };
      },
    }),
  };
}
