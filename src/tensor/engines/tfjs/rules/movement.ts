/**
 * y[i] = x[map(i)]: elements that change their place only, or are picked by indices. An index outside fails a gather, gives a row of
 * `off` in a one-hot, and is left out of a segment sum.
 */
import * as tf from "@tensorflow/tfjs";
import { operate } from "../node_backend.ts";
import { unpack } from "../packed_bytes.ts";
import type { CallView, Rule } from "../rule.ts";
import { kernel } from "./kernel.ts";

/** A kernel of x and one list of integers. */
function listed(name: string, attribute: string, own = attribute): Rule {
  return (call) => kernel(name, { x: call.in(0) }, { [attribute]: [...call.attributes.list(own)] });
}

function paddings(call: CallView): number[][] {
  return call.attributes.pairs("paddings").map((pair) => [...pair]);
}

// The end of an axis lies one stride behind its last element; before the first element it can only be said by a mask.
const stridedSlice: Rule = (call) => {
  const begin = [...call.attributes.list("begin")];
  const strides = [...call.attributes.list("strides")];
  const end = call.outSpec().shape.map((size, axis) =>
    (begin[axis] ?? 0) + size * (strides[axis] ?? 1)
  );
  const endMask = end.reduce((mask, stop, axis) => stop < 0 ? mask | 1 << axis : mask, 0);
  const masks = { beginMask: 0, endMask, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  return kernel("StridedSlice", { x: call.in(0) }, { begin, end, strides, ...masks });
};

/** Picks by indices, which tfjs-node's own kernel would read back to the host to check. */
function gathered({ node, attributes }: CallView, x: tf.Tensor, indices: tf.Tensor): tf.Tensor[] {
  const [axis, batchDims] = [attributes.number("axis"), attributes.number("batchDims")];
  if (!node) return [kernel("GatherV2", { x, indices }, { axis, batchDims })];
  return operate(node, "GatherV2", {
    inputs: [x, indices, tf.scalar(axis, "int32")],
    attributes: {
      batch_dims: { int: batchDims },
      Tparams: { type: x.dtype },
      Tindices: { type: "int32" },
      Taxis: { type: "int32" },
    },
  });
}

const gather: Rule = (call) => {
  const { attributes } = call;
  const wholeRows = attributes.number("axis") === 0 && attributes.number("batchDims") === 0;
  if (!call.isPacked(0) || !wholeRows) return gathered(call, call.in(0), call.in(1));
  const [words] = gathered(call, call.raw(0), call.in(1));
  return unpack(words!, call.outSpec().shape);
};

export const movement: Readonly<Record<string, Rule>> = {
  Reshape: (call) => tf.reshape(call.in(0), [...call.outSpec().shape]),
  Transpose: listed("Transpose", "perm"),
  Tile: listed("Tile", "reps"),
  Reverse: listed("Reverse", "dims", "axes"),
  Slice: (call) =>
    kernel("Slice", { x: call.in(0) }, {
      begin: [...call.attributes.list("begin")],
      size: [...call.attributes.list("size")],
    }),
  StridedSlice: stridedSlice,
  PadV2: (call) =>
    kernel("PadV2", { x: call.in(0) }, {
      paddings: paddings(call),
      constantValue: call.attributes.number("value"),
    }),
  MirrorPad: (call) =>
    kernel("MirrorPad", { x: call.in(0) }, {
      paddings: paddings(call),
      mode: call.attributes.text("mode"),
    }),
  Concat: (call) =>
    call.inputs.length === 1
      ? call.in(0)
      : kernel("Concat", call.inputs, { axis: call.attributes.number("axis") }),
  GatherV2: gather,
  OneHot: (call) =>
    kernel("OneHot", { indices: call.in(0) }, {
      depth: call.attributes.number("depth"),
      onValue: call.attributes.number("on"),
      offValue: call.attributes.number("off"),
      dtype: call.outSpec().dtype,
    }),
  // TensorFlow leaves out negative numbers only.
  UnsortedSegmentSum: (call) => {
    const numSegments = call.attributes.number("segments");
    const ids = call.in(1);
    const inside = tf.less(ids, tf.scalar(numSegments, "int32"));
    const segmentIds = tf.where(inside, ids, tf.fill(ids.shape, -1, "int32"));
    return kernel("UnsortedSegmentSum", { x: call.in(0), segmentIds }, { numSegments });
  },
};
