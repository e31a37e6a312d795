/** One optimisation step on views that are already made: forward, losses, gradients, SGD, averages, statistics. */
import * as tf from "@tensorflow/tfjs";
import { stopGradient } from "../tensor/ops.ts";
import { BASE_HEAD, headLogits, headPrefix } from "../nets/heads.ts";
import type { HeadLogits, Losses, Method, ViewRows } from "../methods/method.ts";
import { tensorOf, type Tensors } from "../nets/net.ts";
import { movingAverage } from "./ema.ts";
import { isTrained, type Model } from "./model.ts";
import { type SidePasses, sidePasses } from "./side_passes.ts";
import { nesterovStep } from "./optimiser.ts";

/** The images of a step, normalised: [rows,H,W,C]. */
export interface Views {
  readonly labelled: tf.Tensor4D;
  readonly weak?: tf.Tensor4D;
  readonly strong?: tf.Tensor4D;
}

export interface UpdateOptions {
  readonly model: Model;
  readonly method: Method;
  readonly views: Views;
  /** int32 [B]. */
  readonly labels: tf.Tensor1D;
  /** State tensors by name (`param.…`, `momentum.…`, `ema.…`, `buffer.…`, `method.…`). */
  readonly state: Tensors;
  /** The method's controls, without prefix. */
  readonly controls: Tensors;
  /** The method's step inputs, without prefix. */
  readonly step?: Tensors;
  readonly learningRate: tf.Scalar;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Decay of the parameters' moving average. */
  readonly ema: number;
  /** PyTorch's BatchNorm momentum: the weight of the new batch. */
  readonly bnMomentum: number;
}

export interface Updated {
  /** Every state tensor's new value, by name. */
  readonly state: Tensors;
  readonly losses: Losses;
  /** Of every head. */
  readonly logits: Readonly<Record<string, HeadLogits>>;
}

/** Computes a step. To be called inside a recorded body. */
export function update(options: UpdateOptions): Updated {
  const { model, method, state } = options;
  const trained = model.parameters.filter(isTrained);
  const fixed = Object.fromEntries(
    model.parameters.map(({ name }) => [name, tensorOf(state, `param.${name}`)]),
  );
  const aside = sidePasses(options); // outside the gradient's scope
  let forward: ReturnType<typeof forwardPass> | undefined;
  const gradients = tf.grads((...values: tf.Tensor[]) => {
    const live = Object.fromEntries(trained.map(({ name }, i) => [name, values[i]!]));
    forward = forwardPass({ ...fixed, ...live }, { ...options, aside });
    return forward.losses.total;
  })(trained.map(({ name }) => fixed[name]!));
  if (forward === undefined) throw new Error("internal: the gradient did not run the forward pass");

  const next: Record<string, tf.Tensor> = {};
  trained.forEach(({ name }, i) => {
    const stepped = nesterovStep(
      {
        name,
        parameter: fixed[name]!,
        gradient: gradients[i]!,
        momentum: tensorOf(state, `momentum.${name}`),
      },
      options,
    );
    next[`param.${name}`] = stepped.parameter;
    next[`momentum.${name}`] = stepped.momentum;
  });
  for (const { name } of model.parameters) {
    next[`param.${name}`] ??= fixed[name]!;
    next[`ema.${name}`] = movingAverage(tensorOf(state, `ema.${name}`), next[`param.${name}`]!, {
      decay: options.ema,
    });
  }
  for (const { name, momentum = options.bnMomentum } of model.buffers) {
    next[`buffer.${name}`] = movingAverage(
      tensorOf(state, `buffer.${name}`),
      tensorOf(forward.statistics, name),
      { decay: 1 - momentum },
    );
  }
  for (const name of Object.keys(method.state)) {
    next[`method.${name}`] = tensorOf(forward.losses.state, name);
  }
  return { state: next, losses: forward.losses, logits: forward.logits };
}

function forwardPass(
  parameters: Tensors,
  options: UpdateOptions & { readonly aside: SidePasses },
) {
  const { model, method, views, state } = options;
  const parts = [views.labelled, views.weak, views.strong].filter((view) => view !== undefined);
  // One joint pass, so that BatchNorm's statistics mix all rows as in USB.
  const { features, branches, statistics } = model.net.forwardTraining(
    parts.length === 1 ? parts[0]! : tf.concat(parts, 0),
    parameters,
  );
  const logits: Record<string, HeadLogits> = {};
  const biases: Record<string, tf.Tensor1D> = {};
  for (const head of [BASE_HEAD, ...method.heads]) {
    logits[head] = splitRows(headLogits(features, parameters, head), views);
    if (branches && views.strong) {
      const strong = (rows: tf.Tensor2D) =>
        splitRows(headLogits(rows, parameters, head), views).strong!;
      const { H, M, T } = branches;
      logits[head] = {
        ...logits[head],
        branches: { H: strong(H), M: strong(M), T: strong(T) },
      };
    }
    biases[head] = tensorOf(state, `param.${headPrefix(head)}.bias`);
  }
  const losses = method.losses({
    logits,
    labels: options.labels,
    controls: options.controls,
    state: Object.fromEntries(
      Object.keys(method.state).map((name) => [name, tensorOf(state, `method.${name}`)]),
    ),
    biases,
    ...(options.step ? { step: options.step } : {}),
    ...(method.needs?.features ? { features: splitRows(features, views) } : {}),
    ...options.aside,
  });
  // Kept: made inside the gradient's scope, used after it.
  tf.keep(losses.total);
  for (const kept of [losses.scalars, losses.state, losses.observed ?? {}]) {
    Object.values(kept).forEach(tf.keep);
  }
  for (const { labelled, weak, strong } of Object.values(logits)) {
    for (const rows of [labelled, weak, strong]) if (rows !== undefined) tf.keep(rows);
  }
  return { losses, statistics, logits };
}

/** Rows of the joint batch: labelled, then weak (cut from the gradient), then strong. */
function splitRows(all: tf.Tensor2D, { labelled, weak, strong }: Views): ViewRows {
  if (weak === undefined || strong === undefined) return { labelled: all };
  const [b, w] = [labelled.shape[0], weak.shape[0]];
  const rows = (from: number, count: number) => tf.slice2d(all, [from, 0], [count, all.shape[1]]);
  return {
    labelled: rows(0, b),
    weak: stopGradient(rows(b, w)),
    strong: rows(b + w, strong.shape[0]),
  };
}
