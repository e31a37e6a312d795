import * as tf from "@tensorflow/tfjs";
import {
  batchNormBuffers,
  type BatchNormOptions,
  batchNormParameters,
  normaliseInference,
  normaliseTraining,
  observeStatistics,
  type Statistics,
} from "./batch_norm.ts";
import { type BufferSpec, type ParameterSpec, tensorOf, type Tensors } from "./net.ts";

/** LeakyReLU's slope everywhere in the network. */
export const LEAKY_ALPHA = 0.1;
const BLOCK_EPSILON = 1e-5;

/** A pre-activation residual block of two 3×3 convolutions. */
export interface BlockSpec {
  /** Prefix of its parameters, `block2.layer.0`; empty for a block by itself. */
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: 1 | 2;
  /**
   * With a change of channels: whether the first activation feeds the shortcut too. Where it does not, a block that
   * changes channels feeds the raw x to its first convolution and to the shortcut, and its first BatchNorm only
   * observes (USB, semilearn/nets/wrn/wrn.py, BasicBlock).
   */
  readonly activateBeforeResidual: boolean;
}

function changesChannels(block: BlockSpec): boolean {
  return block.inChannels !== block.outChannels;
}

/** Whether the first BatchNorm's output is unused. */
function skipsFirstNorm(block: BlockSpec): boolean {
  return changesChannels(block) && !block.activateBeforeResidual;
}

function path(block: BlockSpec, layer: string): string {
  return block.name === "" ? layer : `${block.name}.${layer}`;
}

function norm(block: BlockSpec, layer: "bn1" | "bn2"): BatchNormOptions {
  return { name: path(block, layer), epsilon: BLOCK_EPSILON, leakyAlpha: LEAKY_ALPHA };
}

/** A block's parameters, in PyTorch's order. */
export function blockParameters(block: BlockSpec): ParameterSpec[] {
  const { inChannels, outChannels } = block;
  const convolution = (layer: string, size: number, channels: number): ParameterSpec => ({
    name: path(block, `${layer}.weight`),
    shape: [size, size, channels, outChannels],
    initialiser: { kind: "kaiming-normal-fan-out" },
  });
  return [
    ...batchNormParameters(path(block, "bn1"), {
      channels: inChannels,
      trained: !skipsFirstNorm(block),
    }),
    convolution("conv1", 3, inChannels),
    ...batchNormParameters(path(block, "bn2"), { channels: outChannels, trained: true }),
    convolution("conv2", 3, outChannels),
    ...(changesChannels(block) ? [convolution("convShortcut", 1, inChannels)] : []),
  ];
}

/** A block's running statistics. */
export function blockBuffers(block: BlockSpec): BufferSpec[] {
  return [
    ...batchNormBuffers(path(block, "bn1"), block.inChannels),
    ...batchNormBuffers(path(block, "bn2"), block.outChannels),
  ];
}

/** 3×3 convolution padded by one pixel on each side, at stride 2 as well. x: [N,H,W,C]. */
export function convolve3x3(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  return tf.conv2d(x, kernel, stride, 1);
}

/** Training pass of a block: [N,H,W,in] → [N,H/stride,W/stride,out]. Adds to `statistics`. */
export function blockTraining(
  x: tf.Tensor4D,
  block: BlockSpec,
  { parameters, statistics }: { readonly parameters: Tensors; readonly statistics: Statistics },
): tf.Tensor4D {
  if (skipsFirstNorm(block)) {
    observeStatistics(x, parameters, { ...norm(block, "bn1"), statistics });
    return residual(x, x, { block, parameters, second });
  }
  const activated = normaliseTraining(x, parameters, { ...norm(block, "bn1"), statistics });
  return residual(changesChannels(block) ? activated : x, activated, { block, parameters, second });

  function second(y: tf.Tensor4D): tf.Tensor4D {
    return normaliseTraining(y, parameters, { ...norm(block, "bn2"), statistics });
  }
}

/** The same with running statistics. */
export function blockInference(
  x: tf.Tensor4D,
  block: BlockSpec,
  { parameters, buffers }: { readonly parameters: Tensors; readonly buffers: Tensors },
): tf.Tensor4D {
  const normalise = (y: tf.Tensor4D, layer: "bn1" | "bn2") =>
    normaliseInference(y, { parameters, buffers }, norm(block, layer));
  const second = (y: tf.Tensor4D) => normalise(y, "bn2");
  if (skipsFirstNorm(block)) return residual(x, x, { block, parameters, second });
  const activated = normalise(x, "bn1");
  return residual(changesChannels(block) ? activated : x, activated, { block, parameters, second });
}

function residual(
  shortcut: tf.Tensor4D,
  main: tf.Tensor4D,
  { block, parameters, second }: {
    readonly block: BlockSpec;
    readonly parameters: Tensors;
    readonly second: (y: tf.Tensor4D) => tf.Tensor4D;
  },
): tf.Tensor4D {
  const kernel = (layer: string) => tensorOf<tf.Tensor4D>(parameters, path(block, layer));
  const inner = second(convolve3x3(main, kernel("conv1.weight"), block.stride));
  const out = convolve3x3(inner, kernel("conv2.weight"), 1);
  const skip = changesChannels(block)
    ? tf.conv2d(shortcut, kernel("convShortcut.weight"), block.stride, 0)
    : shortcut;
  return tf.add(skip, out);
}
