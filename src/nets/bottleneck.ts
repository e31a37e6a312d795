/** The residual block of ResNet-50 (He et al. 2016), its stride in the 3×3 convolution. */
import * as tf from "@tensorflow/tfjs";
import { batchNormBuffers, batchNormParameters } from "./batch_norm.ts";
import { convolve3x3 } from "./block.ts";
import { type BufferSpec, type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

/** Channels that a block gives for each channel of its 3×3 convolution. */
export const EXPANSION = 4;

/** PyTorch's defaults, which the reference keeps; these layers do not have the run's momentum. */
export const NORM = { epsilon: 1e-5, momentum: 0.1 } as const;

/** 1×1, 3×3 and 1×1 convolution, each followed by BatchNorm. */
export interface BottleneckSpec {
  /** Prefix of its parameters, such as `layer1.0`. */
  readonly name: string;
  readonly inChannels: number;
  /** Channels of the 3×3 convolution; the block gives `EXPANSION` times as many. */
  readonly width: number;
  readonly stride: 1 | 2;
}

/** BatchNorm of the layer of that name. */
export type Normalise = (x: tf.Tensor4D, layer: string) => tf.Tensor4D;

function hasShortcut({ inChannels, width, stride }: BottleneckSpec): boolean {
  return stride !== 1 || inChannels !== EXPANSION * width;
}

/** Convolutions with the BatchNorm layer that follows: name, kernel size, channels in and out. */
function layers(block: BottleneckSpec) {
  const { name, inChannels, width } = block;
  const outChannels = EXPANSION * width;
  const main = [
    { convolution: "conv1", norm: "bn1", size: 1, from: inChannels, to: width },
    { convolution: "conv2", norm: "bn2", size: 3, from: width, to: width },
    { convolution: "conv3", norm: "bn3", size: 1, from: width, to: outChannels },
  ];
  const shortcut = {
    convolution: "shortcut.0",
    norm: "shortcut.1",
    size: 1,
    from: inChannels,
    to: outChannels,
  };
  return (hasShortcut(block) ? [...main, shortcut] : main).map((layer) => ({
    ...layer,
    convolution: `${name}.${layer.convolution}.weight`,
    norm: `${name}.${layer.norm}`,
  }));
}

/** A block's parameters, in PyTorch's order. */
export function bottleneckParameters(block: BottleneckSpec): ParameterSpec[] {
  return layers(block).flatMap(({ convolution, norm, size, from, to }) => [
    {
      name: convolution,
      shape: [size, size, from, to],
      initialiser: { kind: "kaiming-normal-fan-out" },
    },
    ...batchNormParameters(norm, { channels: to, trained: true }),
  ]);
}

/** A block's running statistics. */
export function bottleneckBuffers(block: BottleneckSpec): BufferSpec[] {
  return layers(block).flatMap(({ norm, to }) => batchNormBuffers(norm, to))
    .map((buffer) => ({ ...buffer, momentum: NORM.momentum }));
}

/** [N,H,W,in] → [N,H/stride,W/stride,EXPANSION·width]. */
export function bottleneck(
  x: tf.Tensor4D,
  block: BottleneckSpec,
  { parameters, normalise }: { readonly parameters: Tensors; readonly normalise: Normalise },
): tf.Tensor4D {
  const { name, stride } = block;
  const kernel = (layer: string) => tensorOf<tf.Tensor4D>(parameters, `${name}.${layer}.weight`);
  const norm = (y: tf.Tensor4D, layer: string) => normalise(y, `${name}.${layer}`);
  let y = tf.relu(norm(tf.conv2d(x, kernel("conv1"), 1, 0), "bn1"));
  y = tf.relu(norm(convolve3x3(y, kernel("conv2"), stride), "bn2"));
  y = norm(tf.conv2d(y, kernel("conv3"), 1, 0), "bn3");
  const skip = hasShortcut(block)
    ? norm(tf.conv2d(x, kernel("shortcut.0"), stride, 0), "shortcut.1")
    : x;
  return tf.relu(tf.add<tf.Tensor4D>(y, skip));
}
