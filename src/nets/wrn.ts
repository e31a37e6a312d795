/**
 * Wide residual networks as the USB reference defines them (semilearn/nets/wrn/wrn.py): LeakyReLU .1, a first convolution
 * with bias, three groups of (depth − 4) / 6 pre-activation blocks, BatchNorm ε 1e-5 but 1e-3 at the end.
 */
import * as tf from "@tensorflow/tfjs";
import {
  batchNormBuffers,
  type BatchNormOptions,
  batchNormParameters,
  normaliseInference,
  normaliseTraining,
  type Statistics,
} from "./batch_norm.ts";
import {
  blockBuffers,
  blockInference,
  blockParameters,
  type BlockSpec,
  blockTraining,
  convolve3x3,
  LEAKY_ALPHA,
} from "./block.ts";
import {
  classwiseBuffers,
  classwiseInference,
  classwiseParameters,
  classwiseTraining,
} from "./classwise_norm.ts";
import { type Net, type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

const FINAL_NORM: BatchNormOptions = { name: "bn1", epsilon: 1e-3, leakyAlpha: LEAKY_ALPHA };

export interface WideResNetOptions {
  readonly depth: number;
  readonly width: number;
  readonly classes: number;
  /** Of the input images. */
  readonly channels: number;
  /** Three BatchNorm layers side by side after the last activation; default false. */
  readonly classwiseNorm?: boolean;
}

/** The blocks of the three groups in order. */
export function wideResNetBlocks(
  { depth, width }: Pick<WideResNetOptions, "depth" | "width">,
): BlockSpec[] {
  const perGroup = (depth - 4) / 6;
  const widths = [16, 16 * width, 32 * width, 64 * width];
  return [1, 2, 3].flatMap((group) =>
    Array.from({ length: perGroup }, (_, layer): BlockSpec => ({
      name: `block${group}.layer.${layer}`,
      inChannels: widths[layer === 0 ? group - 1 : group]!,
      outChannels: widths[group]!,
      stride: layer === 0 && group > 1 ? 2 : 1,
      activateBeforeResidual: group === 1,
    }))
  );
}

/** A WRN-depth-width with `classes` outputs. */
export function wideResNet(options: WideResNetOptions): Net {
  const { width, classes, channels, classwiseNorm = false } = options;
  const blocks = wideResNetBlocks(options);
  const features = 64 * width;
  const stem = [3, 3, channels, 16];
  const parameters: ParameterSpec[] = [
    { name: "conv1.weight", shape: stem, initialiser: { kind: "kaiming-normal-fan-out" } },
    {
      name: "conv1.bias",
      shape: [16],
      initialiser: { kind: "uniform", bound: 1 / Math.sqrt(9 * channels) },
    },
    ...blocks.flatMap(blockParameters),
    ...batchNormParameters(FINAL_NORM.name, { channels: features, trained: true }),
    {
      name: "classifier.weight",
      shape: [features, classes],
      initialiser: { kind: "xavier-normal" },
    },
    { name: "classifier.bias", shape: [classes], initialiser: { kind: "zeros" } },
    ...(classwiseNorm ? classwiseParameters(features) : []),
  ];

  function first(x: tf.Tensor4D, parameters: Tensors): tf.Tensor4D {
    const out = convolve3x3(x, tensorOf<tf.Tensor4D>(parameters, "conv1.weight"), 1);
    return tf.add(out, tensorOf(parameters, "conv1.bias"));
  }

  return {
    features,
    parameters,
    buffers: [
      ...blocks.flatMap(blockBuffers),
      ...batchNormBuffers(FINAL_NORM.name, features),
      ...(classwiseNorm ? classwiseBuffers(features) : []),
    ],
    forwardTraining(x, parameters) {
      const statistics: Statistics = {};
      let out = first(x, parameters);
      for (const block of blocks) out = blockTraining(out, block, { parameters, statistics });
      out = normaliseTraining(out, parameters, { ...FINAL_NORM, statistics });
      if (!classwiseNorm) return { features: pool(out), statistics };
      return { ...classwiseTraining(out, parameters, statistics), statistics };
    },
    forwardInference(x, parameters, buffers) {
      let out = first(x, parameters);
      for (const block of blocks) out = blockInference(out, block, { parameters, buffers });
      out = normaliseInference(out, { parameters, buffers }, FINAL_NORM);
      return classwiseNorm ? classwiseInference(pool(out), { parameters, buffers }) : pool(out);
    },
  };
}

/** Global average: [N,H,W,Q] → [N,Q]. */
function pool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
