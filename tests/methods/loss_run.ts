/** Runs a method's losses on given logits and features, with gradients, in the float64 interpreter. */
import * as tf from "@tensorflow/tfjs";
import type { HeadLogits, Method } from "../../src/methods/method.ts";
import { stopGradient } from "../../src/tensor/ops.ts";
import { type Given, runRecorded } from "../run_recorded.ts";
import { type Body, type EngineName, runOn } from "./engines.ts";

/** Something with a shape and values. */
export type Values = Omit<Given, "dtype" | "storage">;

export interface LossRun {
  readonly labels: Values;
  /** Logits of the base head. */
  readonly logits: { readonly labelled: Values; readonly weak: Values; readonly strong: Values };
  /** Of the three kinds of rows, [n,Q]. */
  readonly features?: {
    readonly labelled: Values;
    readonly weak: Values;
    readonly strong: Values;
  };
  /** Linear heads on the features, in PyTorch's layout [K,Q]. */
  readonly heads?: Readonly<Record<string, { readonly weight: Values; readonly bias: Values }>>;
  readonly averagedFeatures?: Values;
  /** Of the base head, [K]. */
  readonly blank?: Values;
  readonly controls?: Readonly<Record<string, ArrayLike<number>>>;
  /** Where absent: the method's initial values. */
  readonly state?: Readonly<Record<string, ArrayLike<number>>>;
  readonly step?: Readonly<Record<string, ArrayLike<number>>>;
}

/**
 * With class-wise BatchNorm the branches' strong logits are the head's times 1.1, 1 and 0.9.
 *
 * Total, scalars, observed tensors, `state.<name>`, `targets.probabilities|mask|labels` of the base head, and gradients of the total: `grad.labelled`, `grad.weak`,
 * `grad.strong`, the same with `features.` before the row's name, `grad.<head>.weight|bias` (program layout).
 */
export function runLosses(method: Method, run: LossRun): Record<string, Float64Array> {
  const { given, body } = lossBody(method, run);
  return runRecorded(given, body);
}

/** The same on an engine. */
export function runLossesOn(
  engine: EngineName,
  method: Method,
  run: LossRun,
): Promise<Record<string, Float64Array>> {
  const { given, body } = lossBody(method, run);
  return runOn(engine, given, body);
}

function lossBody(method: Method, run: LossRun): { given: Record<string, Given>; body: Body } {
  const given: Record<string, Given> = { labels: { ...run.labels, dtype: "int32" } };
  for (const [name, values] of Object.entries(run.logits)) given[name] = values;
  for (const [name, values] of Object.entries(run.features ?? {})) {
    given[`features.${name}`] = values;
  }
  for (const [head, { weight, bias }] of Object.entries(run.heads ?? {})) {
    given[`${head}.weight`] = weight;
    given[`${head}.bias`] = bias;
  }
  const differentiated = Object.keys(given).filter((name) => name !== "labels");
  if (run.averagedFeatures) given.averaged = run.averagedFeatures;
  if (run.blank) given.blank = run.blank;
  for (const [name, { shape, initial }] of Object.entries(method.controls)) {
    given[`control.${name}`] = { shape, data: run.controls?.[name] ?? initial };
  }
  for (const [name, { shape, initial }] of Object.entries(method.state)) {
    given[`state.${name}`] = { shape, data: run.state?.[name] ?? initial };
  }
  const rows = {
    labelled: run.logits.labelled.shape[0]!,
    unlabelled: run.logits.weak.shape[0]!,
  };
  for (const [name, { rows: kind, shape }] of Object.entries(method.stepInputs ?? {})) {
    const data = run.step?.[name];
    if (data === undefined) throw new Error(`The test gives no step input ${name}`);
    given[`step.${name}`] = { shape: kind ? [rows[kind], ...shape] : shape, data };
  }
  const body: Body = (t) => {
    const result: Record<string, tf.Tensor> = {};
    const pick = (prefix: string, names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, t[`${prefix}.${name}`]!]));
    const gradients = tf.grads((...values: tf.Tensor[]) => {
      const live: Record<string, tf.Tensor2D> = Object.fromEntries(
        differentiated.map((name, i) => [name, values[i] as tf.Tensor2D]),
      );
      const views = (prefix: string) => ({
        labelled: live[`${prefix}labelled`]!,
        weak: stopGradient(live[`${prefix}weak`]!),
        strong: live[`${prefix}strong`]!,
      });
      const logits: Record<string, HeadLogits> = { base: views("") };
      const features = run.features && views("features.");
      for (const head of Object.keys(run.heads ?? {})) {
        const apply = (x: tf.Tensor2D) =>
          tf.add<tf.Tensor2D>(
            tf.matMul(x, live[`${head}.weight`]!, false, true),
            live[`${head}.bias`]!,
          );
        logits[head] = {
          labelled: apply(features!.labelled),
          weak: stopGradient(apply(features!.weak)),
          strong: apply(features!.strong),
        };
      }
      if (method.needs?.branches) {
        for (const [head, rows] of Object.entries(logits)) {
          const scaled = (by: number) => tf.mul<tf.Tensor2D>(rows.strong!, by);
          logits[head] = { ...rows, branches: { H: scaled(1.1), M: rows.strong!, T: scaled(0.9) } };
        }
      }
      const { total, scalars, state, observed } = method.losses({
        logits,
        labels: t.labels as tf.Tensor1D,
        controls: pick("control", Object.keys(method.controls)),
        state: pick("state", Object.keys(method.state)),
        step: pick("step", Object.keys(method.stepInputs ?? {})),
        biases: {},
        ...(features ? { features } : {}),
        ...(t.averaged ? { averagedFeatures: t.averaged as tf.Tensor2D } : {}),
        hooks: {
          targets(given) {
            const { probabilities, mask } = given;
            const labels = tf.argMax(probabilities, 1);
            Object.assign(result, {
              "targets.probabilities": probabilities,
              "targets.mask": mask,
              "targets.labels": labels,
            });
            return given;
          },
        },
        ...(t.blank ? { blank: { base: t.blank as tf.Tensor1D } } : {}),
      });
      Object.assign(result, scalars, observed, { total });
      for (const [name, tensor] of Object.entries(state)) result[`state.${name}`] = tensor;
      Object.values(result).forEach(tf.keep);
      // So that every tensor is on the tape.
      return Object.values(live).reduce<tf.Tensor>(
        (sum, x) => tf.add(sum, tf.mul(tf.sum(x), 0)),
        total,
      );
    })(differentiated.map((name) => t[name]!));
    differentiated.forEach((name, i) => result[`grad.${name}`] = gradients[i]!);
    return result;
  };
  return { given, body };
}
