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
  /** Images as they are, augmented by `weak`, or one blank image (ones after normalisation) whatever the indices. */
  readonly view: "plain" | "weak" | "blank";
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
 * The blank view reads no images and no indices; its batch must be 1.
 */
export async function buildInfer(options: InferOptions): Promise<InferProgram> {
  const { method, images, batch, weights, view, weak = "crop|flip" } = options;
  const model = await buildModel(options);
  const prefix = weights === "ema" ? "ema" : "param";
  const heads = [BASE_HEAD, ...method.heads];
  const read = model.parameters.filter(isTrained); // the others feed nothing
  const inputs: NamedSpec[] = [
    ...(view === "blank" ? [] : [
      { name: "images", spec: imagesSpec(images) },
      { name: "indices", spec: spec([batch], "int32") },
    ]),
    ...(view === "weak" ? [{ name: "key", spec: spec([2], "int32") }] : []),
    ...read.map(({ name, shape }) => ({ name: `${prefix}.${name}`, spec: spec(shape) })),
    ...model.buffers.map(({ name, shape }) => ({ name: `buffer.${name}`, spec: spec(shape) })),
  ];
  const program = record(
    Object.fromEntries(inputs.map(({ name, spec }) => [name, spec])),
    (given: Tensors) => {
      const pick = (kind: string, names: readonly { readonly name: string }[]) =>
        Object.fromEntries(names.map(({ name }) => [name, tensorOf(given, `${kind}.${name}`)]));
      const parameters = pick(prefix, read);
      const features = model.net.forwardInference(
        seen(given, { ...options, weak }),
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

/** The images that the network sees: [batch,H,W,C], normalised. */
function seen(given: Tensors, options: InferOptions & { readonly weak: string }): tf.Tensor4D {
  const { images: { height, width, channels }, batch, view, weak } = options;
  if (view === "blank") return tf.ones([batch, height, width, channels]);
  const picked = gatherImages(tensorOf(given, "images"), tensorOf(given, "indices"));
  if (view === "plain") return normalise(picked, options);
  const key = tensorOf<tf.Tensor1D>(given, "key");
  return normalise(augment(picked, { pipeline: weak, view: "weak", key }), options);
}
