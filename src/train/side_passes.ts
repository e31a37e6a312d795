/** Forward passes of a step beside the joint one, for the methods that ask for them. No gradient goes through them. */
import * as tf from "@tensorflow/tfjs";
import type { LossInputs } from "../methods/method.ts";
import { BASE_HEAD, headLogits } from "../nets/heads.ts";
import { tensorOf, type Tensors } from "../nets/net.ts";
import type { UpdateOptions } from "./update.ts";

export type SidePasses = Pick<LossInputs, "averagedFeatures" | "blank">;

/** What the method's `needs` ask for. Running statistics are left alone. To be called outside the gradient's scope. */
export function sidePasses(
  { model, method, views, state }: Pick<UpdateOptions, "model" | "method" | "views" | "state">,
): SidePasses {
  const { needs = {} } = method;
  const parameters = (kind: string): Tensors =>
    Object.fromEntries(
      model.parameters.map(({ name }) => [name, tensorOf(state, `${kind}.${name}`)]),
    );
  const passes: { -readonly [K in keyof SidePasses]: SidePasses[K] } = {};
  if (needs.averagedFeatures) {
    passes.averagedFeatures = model.net.forwardTraining(views.labelled, parameters("ema")).features;
  }
  if (needs.blank) {
    const [, height, width, channels] = views.labelled.shape;
    const image = tf.ones<tf.Rank.R4>([1, height, width, channels]);
    const live = parameters("param");
    const { features } = model.net.forwardTraining(image, live);
    const classes = (head: string) => tf.reshape(headLogits(features, live, head), [-1]);
    passes.blank = Object.fromEntries(
      [BASE_HEAD, ...method.heads].map((head) => [head, classes(head) as tf.Tensor1D]),
    );
  }
  return passes;
}
