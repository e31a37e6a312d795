import type * as tf from "@tensorflow/tfjs";

/** What the backend of tfjs-node has beyond those of other backends: TensorFlow's operations by name. */
export interface NodeBackend {
  /** Numbers that TensorFlow gives to kinds of attributes, and its version. */
  readonly binding: {
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_Version: string;
  };
  readonly isUsingGpuDevice: boolean;
  getDTypeInteger(dtype: string): number;
  executeSingleOutput(
    name: string,
    attributes: readonly NodeAttribute[],
    inputs: readonly tf.Tensor[],
  ): tf.Tensor;
}

export interface NodeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number;
}

/** The backend as tfjs-node's; undefined if it is another. */
export function asNodeBackend(backend: object): NodeBackend | undefined {
  return "executeSingleOutput" in backend ? backend as NodeBackend : undefined;
}

/** An attribute that is an element type. */
export function typeAttribute(node: NodeBackend, name: string, dtype: string): NodeAttribute {
  return { name, type: node.binding.TF_ATTR_TYPE, value: node.getDTypeInteger(dtype) };
}
