import * as tf from "@tensorflow/tfjs";

type Attributes = Parameters<ReturnType<typeof tf.engine>["runKernel"]>[2];

/** Calls a kernel of the backend by its name. */
export function kernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[],
  attributes: Readonly<Record<string, unknown>> = {},
): tf.Tensor {
  // tfjs takes lists too (Concat), and copies what it is given.
  return tf.engine().runKernel(
    name,
    inputs as unknown as tf.NamedTensorMap,
    attributes as Attributes,
  );
}
