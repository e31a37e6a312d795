import * as tf from "@tensorflow/tfjs";
import { type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

/** Name of the network's own head; its parameters are called `classifier.*` as in PyTorch. */
export const BASE_HEAD = "base";

/** Prefix of a head's parameters. */
export function headPrefix(head: string): string {
  return head === BASE_HEAD ? "classifier" : head;
}

/** Names of extra heads in the modules that USB and CPE wrap around a net (`ABCNet`, `ACRNet`, `CBNNet`: imb_algorithms/). */
const SOURCE_HEADS: Readonly<Record<string, string>> = {
  abc: "aux_classifier",
  acr: "aux_classifier",
  cpe2: "classifier2",
  cpe3: "classifier3",
};

/** Names that other programs give to a head: CoSSL, ACR and SimPro to the net's own, USB and CPE to a method's. */
export function otherHeadNames(prefix: string): readonly string[] {
  if (prefix === headPrefix(BASE_HEAD)) return ["output", "fc"];
  const name = SOURCE_HEADS[prefix];
  return name === undefined ? [] : [name];
}

/**
 * A tensor's name in the state dict of a method with these extra heads. Heads that USB or CPE has stand beside the net, which is
 * then `backbone`, as in their modules; else the names are the net's own, and the heads'.
 */
export function stateDictName(name: string, heads: readonly string[]): string {
  if (!heads.some((head) => Object.hasOwn(SOURCE_HEADS, head))) return name;
  const end = name.indexOf(".");
  const head = name.slice(0, end);
  if (!heads.includes(head)) return `backbone.${name}`;
  return (SOURCE_HEADS[head] ?? head) + name.slice(end);
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
