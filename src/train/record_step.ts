import type { Method } from "../methods/method.ts";
import { createMethod } from "../methods/registry.ts";
import { type DataShape, methodContext } from "./method_step.ts";
import type { PredictorsOptions } from "./predictors.ts";
import { buildStep, type StepProgram } from "./step.ts";
import type { TrainParams } from "./train_params.ts";

/** A run's method and its recorded training step; `model` is what inference programs are made from. */
export interface RecordedStep {
  readonly method: Method;
  readonly model: PredictorsOptions["model"];
  readonly step: StepProgram;
}

/**
 * Builds the method of a run and records its training step; needs the data's shape and counts only.
 *
 * @throws {Error} if the method needs unlabelled images and there are none
 */
export async function recordStep(data: DataShape, params: TrainParams): Promise<RecordedStep> {
  const method = await createMethod(params.method, {
    params: params.method_params,
    context: methodContext(data, params),
  });
  if (method.usesUnlabelled && data.unlabelled_count === 0) {
    throw new Error(`${method.id} needs unlabelled images, but the split has none`);
  }
  const { height, width, channels, classes, mean, std } = data;
  const images = { height, width, channels };
  const model = { net: params.net, method, images, classes, mean, std };
  const step = await buildStep({
    ...model,
    images: { ...images, count: data.train.count },
    batch: params.batch,
    unlabelledRatio: params.unlabelled_ratio,
    momentum: params.momentum,
    weightDecay: params.weight_decay,
    ema: params.ema,
    bnMomentum: params.bn_momentum,
    weak: params.weak,
    strong: params.strong,
    seed: params.seed,
  });
  return { method, model, step };
}
