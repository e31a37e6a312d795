/** Batch normalisation by TensorFlow's fused operations, for tfjs-node: one pass over memory instead of a dozen. */
import * as tf from "@tensorflow/tfjs";
import { type NodeBackend, operate, type OperationAttribute } from "../node_backend.ts";
import type { CallView } from "../rule.ts";

const T: OperationAttribute = { type: "float32" };

function attributesOf({ attributes }: CallView): Record<string, OperationAttribute> {
  return {
    T,
    U: T,
    epsilon: { float: attributes.number("epsilon") },
    data_format: { text: "NHWC" },
    is_training: { flag: true },
  };
}

/** The fused operations take images only: other ranks pass through [rows,1,1,C]. */
function asImages(x: tf.Tensor): tf.Tensor {
  return x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, x.shape.at(-1) ?? 1]);
}

/** y, mean and unbiased variance, and what the gradient wants of this operation besides. */
export function fusedBatchNorm(call: CallView, node: NodeBackend): tf.Tensor[] {
  const [x, gamma, beta] = call.inputs;
  const none = tf.tensor1d([], "float32");
  const [normal, mean, variance, ...rest] = operate(node, "FusedBatchNormV3", {
    inputs: [asImages(x!), gamma!, beta!, none, none],
    attributes: { ...attributesOf(call), exponential_avg_factor: { float: 1 } },
    outputs: 6,
  });
  const alpha = call.attributes.number("alpha");
  const y = alpha === 1 ? normal! : tf.leakyRelu(normal!, alpha);
  return [tf.reshape(y, x!.shape), mean!, variance!, ...rest];
}

/** dx, dgamma and dbeta; `saved`: what the forward operation gave besides. */
export function fusedBatchNormGradient(
  call: CallView,
  node: NodeBackend,
  saved: readonly tf.Tensor[],
): tf.Tensor[] {
  const [dy, x, y, gamma] = call.inputs;
  const alpha = call.attributes.number("alpha");
  // Takes what comes out of LeakyReLU as well as what goes in: their signs are the same.
  const [g] = alpha === 1 ? [dy!] : operate(node, "LeakyReluGrad", {
    inputs: [dy!, y!],
    attributes: { T, alpha: { float: alpha } },
  });
  const [dx, dgamma, dbeta] = operate(node, "FusedBatchNormGradV3", {
    inputs: [asImages(g!), asImages(x!), gamma!, ...saved],
    attributes: attributesOf(call),
    outputs: 5,
  });
  return [tf.reshape(dx!, x!.shape), dgamma!, dbeta!];
}
