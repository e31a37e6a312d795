import type * as tf from "@tensorflow/tfjs";

/** What the backend of tfjs-node has beyond those of other backends: TensorFlow's operations by name. */
export interface NodeBackend {
  /** Numbers that TensorFlow gives to kinds of attributes, and its version. */
  readonly binding: {
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_Version: string;
  };
  readonly isUsingGpuDevice: boolean;
  getDTypeInteger(dtype: string): number;
  executeMultipleOutputs(
    name: string,
    attributes: readonly NodeAttribute[],
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

interface NodeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** The backend as tfjs-node's; undefined if it is another. */
export function asNodeBackend(backend: object): NodeBackend | undefined {
  return "executeMultipleOutputs" in backend ? backend as NodeBackend : undefined;
}

/** An attribute of an operation. */
export type OperationAttribute =
  | { readonly type: tf.DataType }
  | { readonly flag: boolean }
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string };

/** What an operation of TensorFlow takes, and how many outputs it has: one unless said otherwise. */
export interface Operation {
  readonly inputs: readonly tf.Tensor[];
  readonly attributes: Readonly<Record<string, OperationAttribute>>;
  readonly outputs?: number;
}

/** Runs an operation of TensorFlow by its name; returns all its outputs. */
export function operate(
  node: NodeBackend,
  name: string,
  { inputs, attributes, outputs = 1 }: Operation,
): tf.Tensor[] {
  const given = Object.entries(attributes).map(([name, attribute]) => ({
    name,
    ...coded(node, attribute),
  }));
  return node.executeMultipleOutputs(name, given, inputs, outputs);
}

function coded(node: NodeBackend, attribute: OperationAttribute): Omit<NodeAttribute, "name"> {
  const { binding } = node;
  if ("flag" in attribute) return { type: binding.TF_ATTR_BOOL, value: attribute.flag };
  if ("float" in attribute) return { type: binding.TF_ATTR_FLOAT, value: attribute.float };
  if ("int" in attribute) return { type: binding.TF_ATTR_INT, value: attribute.int };
  if ("text" in attribute) return { type: binding.TF_ATTR_STRING, value: attribute.text };
  return { type: binding.TF_ATTR_TYPE, value: node.getDTypeInteger(attribute.type) };
}
