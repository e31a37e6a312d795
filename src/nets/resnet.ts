/**
 * ResNet-50 for small images, as the ImageNet-127 benchmark has it (YUE-FAN/CoSSL models/resnet.py; ACR and SimPro copied it):
 * a 3×3 first convolution of stride 1 and no max-pool, four stages of bottlenecks with strides 1, 2, 2, 2. The last norm of a block
 * starts at weight 1, not 0. The head is called `classifier` here (there `output`); their extra head for rotations is left out.
 */
import * as tf from "@tensorflow/tfjs";
import {
  batchNormBuffers,
  batchNormParameters,
  normaliseInference,
  normaliseTraining,
  type Statistics,
} from "./batch_norm.ts";
import { convolve3x3 } from "./block.ts";
import {
  bottleneck,
  bottleneckBuffers,
  bottleneckParameters,
  type BottleneckSpec,
  EXPANSION,
  NORM,
  type Normalise,
} from "./bottleneck.ts";
import {
  classwiseBuffers,
  classwiseInference,
  classwiseParameters,
  classwiseTraining,
} from "./classwise_norm.ts";
import { type Net, type ParameterSpec, tensorOf, type Tensors } from "./net.ts";
import { resNetStages } from "./resnet_stages.ts";

export interface SmallResNetOptions {
  /** 14 or 50. */
  readonly depth: number;
  /** Channels of the first convolution: 64 in the reference. */
  readonly width: number;
  readonly classes: number;
  /** Of the input images. */
  readonly channels: number;
  /** Three BatchNorm layers side by side after the last activation; default false. */
  readonly classwiseNorm?: boolean;
}

/** The blocks of the four stages in order. */
export function smallResNetBlocks(
  { depth, width }: Pick<SmallResNetOptions, "depth" | "width">,
): BottleneckSpec[] {
  return resNetStages(depth).flatMap((count, stage) =>
    Array.from({ length: count }, (_, at): BottleneckSpec => {
      const own = width * 2 ** stage;
      const before = stage === 0 ? width : EXPANSION * own / 2;
      return {
        name: `layer${stage + 1}.${at}`,
        inChannels: at === 0 ? before : EXPANSION * own,
        width: own,
        stride: at === 0 && stage > 0 ? 2 : 1,
      };
    })
  );
}

/** A ResNet for small images with `classes` outputs. */
export function smallResNet(options: SmallResNetOptions): Net {
  const { width, classes, channels, classwiseNorm = false } = options;
  const blocks = smallResNetBlocks(options);
  const features = EXPANSION * width * 8;
  const parameters: ParameterSpec[] = [
    {
      name: "conv1.weight",
      shape: [3, 3, channels, width],
      initialiser: { kind: "kaiming-normal-fan-out" },
    },
    ...batchNormParameters("bn1", { channels: width, trained: true }),
    ...blocks.flatMap(bottleneckParameters),
    {
      name: "classifier.weight",
      shape: [features, classes],
      initialiser: { kind: "xavier-normal" },
    },
    { name: "classifier.bias", shape: [classes], initialiser: { kind: "zeros" } },
    ...(classwiseNorm ? classwiseParameters(features) : []),
  ];

  /** The last activated map [N,H/8,W/8,Q]. */
  function map(x: tf.Tensor4D, parameters: Tensors, normalise: Normalise): tf.Tensor4D {
    const kernel = tensorOf<tf.Tensor4D>(parameters, "conv1.weight");
    let out = tf.relu(normalise(convolve3x3(x, kernel, 1), "bn1"));
    for (const block of blocks) out = bottleneck(out, block, { parameters, normalise });
    return out;
  }

  return {
    features,
    parameters,
    buffers: [
      ...batchNormBuffers("bn1", width).map((buffer) => ({ ...buffer, momentum: NORM.momentum })),
      ...blocks.flatMap(bottleneckBuffers),
      ...(classwiseNorm ? classwiseBuffers(features) : []),
    ],
    forwardTraining(x, parameters) {
      const statistics: Statistics = {};
      const { epsilon } = NORM;
      const out = map(
        x,
        parameters,
        (y, name) => normaliseTraining(y, parameters, { name, epsilon, statistics }),
      );
      if (!classwiseNorm) return { features: pool(out), statistics };
      return { ...classwiseTraining(out, parameters, statistics), statistics };
    },
    forwardInference(x, parameters, buffers) {
      const { epsilon } = NORM;
      const state = { parameters, buffers };
      const out = map(x, parameters, (y, name) => normaliseInference(y, state, { name, epsilon }));
      return classwiseNorm ? classwiseInference(pool(out), state) : pool(out);
    },
  };
}

/** Global average: [N,H,W,Q] → [N,Q]. */
function pool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
