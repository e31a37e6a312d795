/** What a method's host gives to a step and takes from it. */
import type { Method, MethodContext, StepInfo } from "../methods/method.ts";
import { netFeatures } from "../nets/registry.ts";
import type { DeviceTensor, Engine, HostArray } from "../tensor/engine.ts";
import type { StepInputs } from "./device_model.ts";
import type { RunData } from "./run_data.ts";
import { stepsPerEpoch, type TrainParams } from "./train_params.ts";

/** All of a run's data that its programs depend on. */
export type DataShape =
  & Omit<RunData, "train" | "test" | "fixed_split" | "official_test_count">
  & { readonly train: { readonly count: number } };

/** What a method is told of the run before training. */
export function methodContext(data: DataShape, params: TrainParams): MethodContext {
  return {
    classes: data.classes,
    labelledCounts: data.labelled_counts,
    ...(data.labelled_ratio ? { labelledRatio: data.labelled_ratio } : {}),
    ...(data.unlabelled_counts ? { unlabelledCounts: data.unlabelled_counts } : {}),
    sizes: {
      features: netFeatures(params.net),
      unlabelledBatch: params.batch * params.unlabelled_ratio,
    },
  };
}

/** Which step it is; `indices` are those of the training images, labelled ones first. */
export function stepInfo(
  step: number,
  { data, params, indices }: {
    readonly data: RunData;
    readonly params: TrainParams;
    readonly indices: Pick<StepInputs, "unlabelled_indices">;
  },
): StepInfo {
  const first = data.train.count - data.unlabelled_count;
  return {
    step,
    steps: params.steps,
    epochSteps: stepsPerEpoch(params.steps),
    seed: params.seed,
    labelledBatch: params.batch,
    labelledCount: data.labelled_count,
    unlabelledCount: data.unlabelled_count,
    unlabelled: (indices.unlabelled_indices ?? new Int32Array()).map((index) => index - first),
  };
}

/** The method's step inputs under their names in the program. */
export function ownInputs(
  method: Method,
  info: StepInfo,
): Record<`step.${string}`, Float32Array> {
  const given = method.host.stepInputs?.(info) ?? {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [`step.${name}`, value]));
}

/** Downloads and frees what the step observed and hands it to the method's host. */
export async function handOver(
  engine: Engine,
  observed: Readonly<Record<string, DeviceTensor>>,
  { method, info }: { readonly method: Method; readonly info: StepInfo },
): Promise<void> {
  const values: Record<string, HostArray> = {};
  for (const [name, tensor] of Object.entries(observed)) {
    values[name] = await engine.download(tensor).finally(() => engine.free(tensor));
  }
  method.host.afterStep?.(info, values);
}
