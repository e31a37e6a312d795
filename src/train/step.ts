import * as tf from "@tensorflow/tfjs";
import { gatherImages } from "../tensor/ops.ts";
import { record } from "../tensor/recorder.ts";
import type { Program } from "../tensor/program.ts";
import { augment, normalise, parsePipeline } from "../augment/mod.ts";
import type { Method } from "../methods/method.ts";
import { tensorOf, type Tensors } from "../nets/net.ts";
import {
  buildModel,
  imagesSpec,
  initialState,
  type ModelOptions,
  type NamedSpec,
  spec,
  type StateTensor,
} from "./model.ts";
import { update, type Views } from "./update.ts";

export interface StepOptions extends ModelOptions {
  /** B, labelled images a step. */
  readonly batch: number;
  /** μ, unlabelled images for each labelled one. */
  readonly unlabelledRatio: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Decay of the parameters' moving average. */
  readonly ema: number;
  /** Weight of a new batch in BatchNorm's running statistics. */
  readonly bnMomentum: number;
  /** Pipelines of the weak and the strong view. */
  readonly weak: string;
  readonly strong: string;
  /** Of the initial parameters. */
  readonly seed: number;
}

/** A recorded training step. */
export interface StepProgram {
  readonly program: Program;
  readonly state: readonly StateTensor[];
  /** Inputs that are not state. */
  readonly inputs: readonly NamedSpec[];
  /** Names of the entries of the output `scalars`; `total_loss` is the first. */
  readonly scalars: readonly string[];
}

/**
 * Records a training step: indices → images → views → joint forward → losses → gradients → SGD → averages.
 * Inputs: `images` uint8 [N,H,W,C], `labels` int32 [N], `labelled_indices` int32 [B], `unlabelled_indices` int32 [μB]
 * (for methods that use them), `key` int32 [2] = (seed, step), `learning_rate` [], `control.<name>`, `step.<name>`, and
 * the state. Outputs: the state, `observed.<name>` and `scalars` float32 [S]. Throws a RangeError for an unknown net or
 * pipeline.
 */
export async function buildStep(options: StepOptions): Promise<StepProgram> {
  const { method, seed } = options;
  parsePipeline(options.weak);
  if (method.usesUnlabelled) parsePipeline(options.strong);
  const model = await buildModel(options);
  const state = [...initialState(model, seed), ...methodState(method)];
  const inputs = stepInputs(options);
  const scalars = ["total_loss", ...method.scalars];
  const program = record(
    Object.fromEntries([...state, ...inputs].map(({ name, spec }) => [name, spec])),
    (given: Tensors) => {
      const updated = update({
        ...options,
        model,
        views: makeViews(given, options),
        labels: tf.gather(
          tensorOf<tf.Tensor1D>(given, "labels"),
          tensorOf<tf.Tensor1D>(given, "labelled_indices"),
        ),
        state: given,
        controls: Object.fromEntries(
          Object.keys(method.controls).map((name) => [name, tensorOf(given, `control.${name}`)]),
        ),
        step: Object.fromEntries(
          Object.keys(method.stepInputs ?? {}).map((
            name,
          ) => [name, tensorOf(given, `step.${name}`)]),
        ),
        learningRate: tensorOf<tf.Scalar>(given, "learning_rate"),
      });
      const { total, scalars: named, observed = {} } = updated.losses;
      const values = [total, ...method.scalars.map((name) => tensorOf<tf.Scalar>(named, name))];
      const seen = (method.observed ?? []).map((name) => [`observed.${name}`, observed[name]!]);
      return { ...updated.state, ...Object.fromEntries(seen), scalars: tf.stack(values) };
    },
    { state: state.map(({ name }) => name) },
  );
  return { program, state, inputs, scalars };
}

function methodState(method: Method): StateTensor[] {
  return Object.entries(method.state).map(([name, { shape, initial }]) => ({
    name: `method.${name}`,
    spec: spec(shape),
    initial,
  }));
}

function stepInputs({ method, images, batch, unlabelledRatio }: StepOptions): NamedSpec[] {
  const unlabelled = { name: "unlabelled_indices", spec: spec([batch * unlabelledRatio], "int32") };
  return [
    { name: "images", spec: imagesSpec(images) },
    { name: "labels", spec: spec([images.count], "int32") },
    { name: "labelled_indices", spec: spec([batch], "int32") },
    ...(method.usesUnlabelled ? [unlabelled] : []),
    { name: "key", spec: spec([2], "int32") },
    { name: "learning_rate", spec: spec([]) },
    ...Object.entries(method.controls).map(([name, { shape }]) => ({
      name: `control.${name}`,
      spec: spec(shape),
    })),
    ...Object.entries(method.stepInputs ?? {}).map(([name, { rows, shape }]) => {
      const count = rows === "labelled" ? batch : batch * unlabelledRatio;
      return { name: `step.${name}`, spec: spec(rows === undefined ? shape : [count, ...shape]) };
    }),
  ];
}

function makeViews(given: Tensors, options: StepOptions): Views {
  const images = tensorOf<tf.Tensor4D>(given, "images");
  const key = tensorOf<tf.Tensor1D>(given, "key");
  const pick = (name: string): tf.Tensor4D => gatherImages(images, tensorOf(given, name));
  const view = (x: tf.Tensor4D, kind: "labelled" | "weak" | "strong") => {
    const pipeline = kind === "strong" ? options.strong : options.weak;
    return normalise(augment(x, { pipeline, view: kind, key }), options);
  };
  const labelled = view(pick("labelled_indices"), "labelled");
  if (!options.method.usesUnlabelled) return { labelled };
  const unlabelled = pick("unlabelled_indices");
  return { labelled, weak: view(unlabelled, "weak"), strong: view(unlabelled, "strong") };
}
