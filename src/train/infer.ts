import * as tf from "@tensorflow/tfjs";
import { gatherImages } from "../tensor/ops.ts";
import { record } from "../tensor/recorder.ts";
import type { Program } from "../tensor/program.ts";
import { augment, normalise } from "../augment/mod.ts";
import { BASE_HEAD, headLogits } from "../nets/heads.ts";
import { tensorOf, type Tensors } from "../nets/net.ts";
import {
  buildModel,
  imagesSpec,
  isTrained,
  type ModelOptions,
  type NamedSpec,
  spec,
} from "./model.ts";

export interface InferOptions extends ModelOptions {
  /** Images a call. */
  readonly batch: number;
  /** Which parameters: their moving average or the live ones. Running statistics are live in both cases. */
  readonly weights: "ema" | "live";
  /** Images as they are, or augmented by `weak`. */
  readonly view: "plain" | "weak";
  /** Pipeline of the weak view; default `crop|flip`. */
  readonly weak?: string;
}

/** A recorded evaluation. */
export interface InferProgram {
  readonly program: Program;
  readonly inputs: readonly NamedSpec[];
  /** Output `logits.<head>` for each. */
  readonly heads: readonly string[];
}

/**
 * Records an evaluation in eval mode. Inputs: `images` uint8 [N,H,W,C], `indices` int32 [batch], `key` int32 [2] (weak
 * view only), `ema.*` or `param.*`, `buffer.*`. Outputs: `logits.<head>` float32 [batch,K], for `base` and extra heads.
 */
export async function buildInfer(options: InferOptions): Promise<InferProgram> {
  const { method, images, batch, weights, view, weak = "crop|flip" } = options;
  const model = await buildModel(options);
  const prefix = weights === "ema" ? "ema" : "param";
  const heads = [BASE_HEAD, ...method.heads];
  const read = model.parameters.filter(isTrained); // the others feed nothing
  const inputs: NamedSpec[] = [
    { name: "images", spec: imagesSpec(images) },
    { name: "indices", spec: spec([batch], "int32") },
    ...(view === "weak" ? [{ name: "key", spec: spec([2], "int32") }] : []),
    ...read.map(({ name, shape }) => ({ name: `${prefix}.${name}`, spec: spec(shape) })),
    ...model.buffers.map(({ name, shape }) => ({ name: `buffer.${name}`, spec: spec(shape) })),
  ];
  const program = record(
    Object.fromEntries(inputs.map(({ name, spec }) => [name, spec])),
    (given: Tensors) => {
      const pick = (kind: string, names: readonly { readonly name: string }[]) =>
        Object.fromEntries(names.map(({ name }) => [name, tensorOf(given, `${kind}.${name}`)]));
      const picked = gatherImages(tensorOf(given, "images"), tensorOf(given, "indices"));
      const seen = view === "plain" ? picked : augment(picked, {
        pipeline: weak,
        view: "weak",
        key: tensorOf<tf.Tensor1D>(given, "key"),
      });
      const parameters = pick(prefix, read);
      const features = model.net.forwardInference(
        normalise(seen, options),
        parameters,
        pick("buffer", model.buffers),
      );
      return Object.fromEntries(
        heads.map((head) => [`logits.${head}`, headLogits(features, parameters, head)]),
      );
    },
    { state: [] },
  );
  return { program, inputs, heads };
}
