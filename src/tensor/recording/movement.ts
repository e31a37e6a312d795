import * as tf from "@tensorflow/tfjs";
import type { Attribute, DType } from "../program.ts";
import { input, plain, type Recorded, type Rule } from "./recorded.ts";

function shapeOf(call: Recorded, name: string): readonly number[] {
  return call.builder.spec(input(call, name)).shape;
}

function axisOf(axis: unknown, rank: number): number {
  return tf.util.parseAxisParam(axis as number, Array(rank).fill(1))[0] ?? 0;
}

function moved(
  call: Recorded,
  kernel: string,
  attributes: Record<string, Attribute>,
  keeps = false,
): number {
  return call.builder.call(kernel, [keeps ? input(call, "x") : plain(call, "x")], { attributes });
}

/** The parts of sizes `sizes` along an axis. */
function split(
  call: Recorded,
  name: string,
  options: { axis: number; sizes: readonly number[] },
): number[] {
  const shape = shapeOf(call, name);
  let start = 0;
  return options.sizes.map((size) => {
    const begin = shape.map((_, axis) => axis === options.axis ? start : 0);
    start += size;
    const attributes = {
      begin,
      size: shape.map((own, axis) => axis === options.axis ? size : own),
    };
    return call.builder.call("Slice", [input(call, name)], { attributes });
  });
}

/** Kernels that move elements and change none. */
export const movementKernels: Readonly<Record<string, Rule>> = {
  Reshape: (call) => {
    const shape = shapeOf(call, "x");
    const size = tf.util.sizeFromShape([...shape]);
    return moved(call, "Reshape", {
      shape: tf.util.inferFromImplicitShape(call.attributes.shape as number[], size),
    }, true);
  },
  ExpandDims: (call) => {
    const shape = [...shapeOf(call, "input")];
    const dim = call.attributes.dim as number;
    shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
    return call.builder.call("Reshape", [input(call, "input")], { attributes: { shape } });
  },
  Transpose: (call) =>
    moved(call, "Transpose", { perm: [...call.attributes.perm as number[]] }, true),
  Slice: (call) => {
    const shape = shapeOf(call, "x");
    const begin = shape.map((_, axis) => (call.attributes.begin as number[])[axis] ?? 0);
    const size = shape.map((own, axis) => {
      const wanted = (call.attributes.size as number[])[axis] ?? -1;
      return wanted < 0 ? own - (begin[axis] ?? 0) : wanted;
    });
    return moved(call, "Slice", { begin, size }, true);
  },
  StridedSlice: (call) => {
    const mask = call.attributes as Record<string, number> & Record<string, number[]>;
    const info = tf.slice_util.sliceInfo(
      [...shapeOf(call, "x")],
      mask.begin ?? [],
      mask.end ?? [],
      mask.strides ?? [],
      mask.beginMask ?? 0,
      mask.endMask ?? 0,
      mask.ellipsisMask ?? 0,
      mask.newAxisMask ?? 0,
      mask.shrinkAxisMask ?? 0,
    );
    const value = moved(call, "StridedSlice", {
      begin: info.begin,
      strides: info.strides,
      shape: tf.slice_util.computeOutShape(info.begin, info.end, info.strides),
    });
    return call.builder.call("Reshape", [value], { attributes: { shape: info.finalShape } });
  },
  PadV2: (call) =>
    moved(call, "PadV2", {
      paddings: (call.attributes.paddings as number[][]).map((pair) => [...pair]),
      value: call.attributes.constantValue as number,
    }),
  MirrorPad: (call) =>
    moved(call, "MirrorPad", {
      paddings: (call.attributes.paddings as number[][]).map((pair) => [...pair]),
      mode: call.attributes.mode as string,
    }),
  Tile: (call) => moved(call, "Tile", { reps: [...call.attributes.reps as number[]] }),
  Reverse: (call) => {
    const rank = shapeOf(call, "x").length;
    const axes = tf.util.parseAxisParam(call.attributes.dims as number[], Array(rank).fill(1));
    return axes.length ? moved(call, "Reverse", { axes }) : input(call, "x");
  },
  Concat: (call) => {
    const parts = Object.keys(call.inputs).map((name) => plain(call, name));
    const axis = axisOf(call.attributes.axis, call.builder.spec(parts[0] ?? 0).shape.length);
    const full = parts.filter((part) => call.builder.spec(part).shape[axis] !== 0);
    return call.builder.call("Concat", full.length ? full : parts.slice(0, 1), {
      attributes: { axis },
    });
  },
  Pack: (call) => {
    const rank = call.builder.spec(call.list[0] ?? 0).shape.length;
    const axis = axisOf(call.attributes.axis, rank + 1);
    const parts = Object.keys(call.inputs).map((name) => {
      const shape = [...shapeOf(call, name)];
      shape.splice(axis, 0, 1);
      return call.builder.call("Reshape", [plain(call, name)], { attributes: { shape } });
    });
    return call.builder.call("Concat", parts, { attributes: { axis } });
  },
  Unpack: (call) => {
    const shape = shapeOf(call, "value");
    const axis = axisOf(call.attributes.axis, shape.length);
    const rest = shape.filter((_, i) => i !== axis);
    return split(call, "value", { axis, sizes: Array(shape[axis] ?? 0).fill(1) })
      .map((part) => call.builder.call("Reshape", [part], { attributes: { shape: rest } }));
  },
  SplitV: (call) => {
    const shape = shapeOf(call, "x");
    const axis = axisOf(call.attributes.axis, shape.length);
    const asked = call.attributes.numOrSizeSplits as number | number[];
    const sizes = typeof asked === "number"
      ? Array<number>(asked).fill((shape[axis] ?? 0) / asked)
      : [...asked];
    const open = sizes.indexOf(-1);
    if (open >= 0) sizes[open] = (shape[axis] ?? 0) - sizes.reduce((sum, size) => sum + size, 1);
    return split(call, "x", { axis, sizes });
  },
  GatherV2: (call) => {
    const rank = shapeOf(call, "x").length;
    return call.builder.call("GatherV2", [input(call, "x"), plain(call, "indices")], {
      attributes: {
        axis: axisOf(call.attributes.axis, rank),
        batchDims: call.attributes.batchDims as number ?? 0,
      },
    });
  },
  OneHot: (call) => {
    const { depth, onValue, offValue, dtype } = call.attributes as Record<string, number> & {
      dtype?: DType;
    };
    return call.builder.call("OneHot", [plain(call, "indices")], {
      attributes: {
        depth: depth ?? 0,
        on: onValue ?? 1,
        off: offValue ?? 0,
        dtype: dtype ?? "int32",
      },
    });
  },
  Cumsum: (call) =>
    moved(call, "Cumsum", {
      axis: axisOf(call.attributes.axis, shapeOf(call, "x").length),
      exclusive: call.attributes.exclusive === true,
      reverse: call.attributes.reverse === true,
    }),
  UnsortedSegmentSum: (call) =>
    call.builder.call("UnsortedSegmentSum", [plain(call, "x"), plain(call, "segmentIds")], {
      attributes: { segments: call.attributes.numSegments as number },
    }),
};
