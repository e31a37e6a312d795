/**
 * y[n,i,j,o] = Σ x[n, s·i + d·u − top, s·j + d·v − left, c] · w[u,v,c,o], with x [N,H,W,Cin] and w [kh,kw,Cin,Cout], and its two
 * gradients. tfjs-node's gradients know the paddings "same" and "valid" only: for others x is padded before, and dx cut afterwards.
 */
import * as tf from "@tensorflow/tfjs";
import type { CallView, Rule } from "../rule.ts";
import { kernel } from "./kernel.ts";

type Shape4 = [number, number, number, number];
type Pair = [number, number];

interface Geometry {
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** Whether the padding is what tfjs means by "same". */
  readonly isSame: boolean;
}

function geometry({ attributes }: CallView, x: readonly number[], filter: readonly number[]) {
  const [strides, dilations] = [attributes.list("strides"), attributes.list("dilations")];
  const [top = 0, bottom = 0, left = 0, right = 0] = attributes.list("pads");
  const { padInfo } = tf.backend_util.computeConv2DInfo(
    x as Shape4,
    filter as Shape4,
    strides as Pair,
    dilations as Pair,
    "same",
  );
  const found: Geometry = {
    strides: [...strides] as Pair,
    dilations: [...dilations] as Pair,
    ...{ top, bottom, left, right },
    isSame: padInfo.top === top && padInfo.bottom === bottom && padInfo.left === left &&
      padInfo.right === right,
  };
  return found;
}

function borders({ top, bottom, left, right }: Geometry): Pair[] {
  return [[0, 0], [top, bottom], [left, right], [0, 0]];
}

/** The geometry of a gradient, which tfjs has for filters without gaps only. */
function gradientGeometry(call: CallView, x: readonly number[], filter: readonly number[]) {
  const found = geometry(call, x, filter);
  if (found.dilations.some((dilation) => dilation !== 1)) {
    throw new Error("TensorFlow.js has no gradient of a dilated convolution");
  }
  return found;
}

export const convolution: Readonly<Record<string, Rule>> = {
  Conv2D: (call) => {
    const found = geometry(call, call.inSpec(0).shape, call.inSpec(1).shape);
    const { strides, dilations, isSame } = found;
    return kernel("Conv2D", { x: call.in(0), filter: call.in(1) }, {
      ...{ strides, dilations, dataFormat: "NHWC" },
      pad: isSame ? "same" : borders(found),
    });
  },
  Conv2DBackpropInput: (call) => {
    const inputShape = [...call.attributes.list("inputShape")] as Shape4;
    const found = gradientGeometry(call, inputShape, call.inSpec(1).shape);
    const { strides, isSame, top, bottom, left, right } = found;
    const [n, height, width, channels] = inputShape;
    const padded = [n, height + top + bottom, width + left + right, channels];
    const dx = kernel("Conv2DBackpropInput", { dy: call.in(0), filter: call.in(1) }, {
      ...{ strides, dataFormat: "NHWC" },
      pad: isSame ? "same" : "valid",
      inputShape: isSame ? inputShape : padded,
    });
    return isSame ? dx : tf.slice(dx, [0, top, left, 0], inputShape);
  },
  Conv2DBackpropFilter: (call) => {
    const filterShape = [...call.attributes.list("filterShape")] as Shape4;
    const found = gradientGeometry(call, call.inSpec(0).shape, filterShape);
    const { strides, isSame } = found;
    const x = isSame ? call.in(0) : tf.pad(call.in(0), borders(found));
    return kernel("Conv2DBackpropFilter", { x, dy: call.in(1) }, {
      ...{ strides, dataFormat: "NHWC", filterShape },
      pad: isSame ? "same" : "valid",
    });
  },
  BatchMatMul: (call) =>
    kernel("BatchMatMul", { a: call.in(0), b: call.in(1) }, {
      transposeA: call.attributes.flag("transposeA"),
      transposeB: call.attributes.flag("transposeB"),
    }),
};
