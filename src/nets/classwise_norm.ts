/**
 * Class-wise BatchNorm (CPE, Ma et al., AAAI 2024; machengcheng2016/CPE-LTSSL, semilearn/nets/wrn/wrn_cbn.py): the last
 * activated map goes through three BatchNorm layers side by side, each pooled. Their batch statistics are the same; what
 * differs is weight and bias. A linear head's logits are averaged over the branches, which is the head on the averaged
 * feature.
 */
import * as tf from "@tensorflow/tfjs";
import { batchNormTraining } from "../tensor/ops.ts";
import { batchNormBuffers, batchNormParameters, type Statistics } from "./batch_norm.ts";
import {
  type BufferSpec,
  type ParameterSpec,
  tensorOf,
  type Tensors,
  type TrainingPass,
} from "./net.ts";

const BRANCHES = ["H", "M", "T"] as const;
const EPSILON = 1e-5;
/** PyTorch's default: these layers do not have the network's. */
const MOMENTUM = 0.1;

/** Weights and biases of `BNH`, `BNM`, `BNT`. */
export function classwiseParameters(channels: number): ParameterSpec[] {
  return BRANCHES.flatMap((branch) =>
    batchNormParameters(`BN${branch}`, { channels, trained: true })
  );
}

/** Their running statistics. */
export function classwiseBuffers(channels: number): BufferSpec[] {
  return BRANCHES.flatMap((branch) => batchNormBuffers(`BN${branch}`, channels))
    .map((buffer) => ({ ...buffer, momentum: MOMENTUM }));
}

type Features = Required<Pick<TrainingPass, "features" | "branches">>;

/** Features of the three branches from the map [N,H,W,Q], with this batch's statistics. Adds to `statistics`. */
export function classwiseTraining(
  map: tf.Tensor4D,
  parameters: Tensors,
  statistics: Statistics,
): Features {
  const channels = map.shape[3];
  const identity = {
    gamma: tf.ones<tf.Rank.R1>([channels]),
    beta: tf.zeros<tf.Rank.R1>([channels]),
  };
  const { y, mean, variance } = batchNormTraining(map, identity, { epsilon: EPSILON });
  for (const branch of BRANCHES) {
    // Kept, because they are made inside the gradient's scope and used after it.
    statistics[`BN${branch}.running_mean`] = tf.keep(mean);
    statistics[`BN${branch}.running_var`] = tf.keep(variance);
  }
  const pooled = tf.mean<tf.Tensor2D>(y, [1, 2]); // scale and shift commute with the pooling
  const [H, M, T] = BRANCHES.map((branch) => affine(pooled, parameters, branch));
  const branches = { H: H!, M: M!, T: T! };
  return { features: averageOf(Object.values(branches)), branches };
}

/** The averaged feature from the pooled map [N,Q], with running statistics. */
export function classwiseInference(
  pooled: tf.Tensor2D,
  { parameters, buffers }: { readonly parameters: Tensors; readonly buffers: Tensors },
): tf.Tensor2D {
  return averageOf(BRANCHES.map((branch) => {
    const centred = tf.sub(pooled, tensorOf(buffers, `BN${branch}.running_mean`));
    const variance = tensorOf(buffers, `BN${branch}.running_var`);
    const normal = tf.mul<tf.Tensor2D>(centred, tf.rsqrt(tf.add(variance, EPSILON)));
    return affine(normal, parameters, branch);
  }));
}

function affine(x: tf.Tensor2D, parameters: Tensors, branch: string): tf.Tensor2D {
  const scaled = tf.mul(x, tensorOf(parameters, `BN${branch}.weight`));
  return tf.add(scaled, tensorOf(parameters, `BN${branch}.bias`));
}

function averageOf(branches: readonly tf.Tensor2D[]): tf.Tensor2D {
  return tf.mul(branches.reduce((sum, branch) => tf.add(sum, branch)), 1 / branches.length);
}
