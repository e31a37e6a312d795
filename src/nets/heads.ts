import * as tf from "@tensorflow/tfjs";
import { type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

/** Name of the network's own head; its parameters are called `classifier.*` as in PyTorch. */
export const BASE_HEAD = "base";

/** Prefix of a head's parameters. */
export function headPrefix(head: string): string {
  return head === BASE_HEAD ? "classifier" : head;
}

/** Parameters of an extra linear head: uniform ±1/√Q for both, the default of PyTorch's Linear. */
export function headParameters(
  head: string,
  { features, classes }: { readonly features: number; readonly classes: number },
): ParameterSpec[] {
  const initialiser = { kind: "uniform", bound: 1 / Math.sqrt(features) } as const;
  return [
    { name: `${head}.weight`, shape: [features, classes], initialiser },
    { name: `${head}.bias`, shape: [classes], initialiser },
  ];
}

/** Logits [N,K] of a head from features [N,Q]. */
export function headLogits(features: tf.Tensor2D, parameters: Tensors, head: string): tf.Tensor2D {
  const prefix = headPrefix(head);
  const weight = tensorOf<tf.Tensor2D>(parameters, `${prefix}.weight`);
  return tf.add(tf.matMul(features, weight), tensorOf(parameters, `${prefix}.bias`));
}
