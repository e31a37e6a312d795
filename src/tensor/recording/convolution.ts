import * as tf from "@tensorflow/tfjs";
import type { Attribute } from "../program.ts";
import { refuse } from "./backend.ts";
import { plain, type Recorded, type Rule } from "./recorded.ts";

type Shape4 = [number, number, number, number];

/** Strides, dilations and explicit pads of a convolution of these shapes. */
function geometry(
  call: Recorded,
  x: readonly number[],
  filter: readonly number[],
): Record<string, Attribute> {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.attributes as {
    strides: number | [number, number];
    pad: number | "same" | "valid";
    dataFormat?: string;
    dilations?: number | [number, number];
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  if (dataFormat && dataFormat !== "NHWC") {
    refuse(`convolutions are NHWC here, found ${dataFormat}`);
  }
  const info = tf.backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, bottom, left, right],
  };
}

/** Convolutions and matrix products. */
export const convolutionKernels: Readonly<Record<string, Rule>> = {
  Conv2D: (call) => {
    const [x, filter] = [plain(call, "x"), plain(call, "filter")];
    const attributes = geometry(call, call.builder.spec(x).shape, call.builder.spec(filter).shape);
    return call.builder.call("Conv2D", [x, filter], { attributes });
  },
  Conv2DBackpropInput: (call) => {
    const [dy, filter] = [plain(call, "dy"), plain(call, "filter")];
    const inputShape = [...call.attributes.inputShape as number[]];
    const attributes = {
      ...geometry(call, inputShape, call.builder.spec(filter).shape),
      inputShape,
    };
    return call.builder.call("Conv2DBackpropInput", [dy, filter], { attributes });
  },
  Conv2DBackpropFilter: (call) => {
    const [x, dy] = [plain(call, "x"), plain(call, "dy")];
    const filterShape = [...call.attributes.filterShape as number[]];
    const attributes = { ...geometry(call, call.builder.spec(x).shape, filterShape), filterShape };
    return call.builder.call("Conv2DBackpropFilter", [x, dy], { attributes });
  },
  BatchMatMul: (call) =>
    call.builder.call("BatchMatMul", [plain(call, "a"), plain(call, "b")], {
      attributes: {
        transposeA: call.attributes.transposeA === true,
        transposeB: call.attributes.transposeB === true,
      },
    }),
};
