/**
 * y[i] = x[map(i)]: elements that change their place only, or are picked by indices. An index outside fails a gather, gives a row of
 * `off` in a one-hot, and is left out of a segment sum.
 */
import type { NodeAttribute } from "../graph.ts";
import type { Rule } from "../lowering.ts";

const INT32: NodeAttribute = { type: "int32" };

/** An operation of x and one list of integers. */
function listed(kind: string, options: { readonly list: string; readonly type: string }): Rule {
  return (view, { graph }) =>
    graph.add(kind, [view.in(0), graph.ints(view.attributes.list(options.list))], {
      T: { type: view.type() },
      [options.type]: INT32,
    });
}

// The end of an axis lies one stride behind its last element; before the first element it can only be said by a mask.
const stridedSlice: Rule = (view, { graph }) => {
  const [begin, strides] = [view.attributes.list("begin"), view.attributes.list("strides")];
  const end = view.outSpec().shape.map((size, axis) =>
    (begin[axis] ?? 0) + size * (strides[axis] ?? 1)
  );
  const open = end.reduce((mask, stop, axis) => stop < 0 ? mask | 1 << axis : mask, 0);
  return graph.add(
    "StridedSlice",
    [view.in(0), graph.ints(begin), graph.ints(end), graph.ints(strides)],
    {
      T: { type: view.type() },
      Index: INT32,
      begin_mask: { int: 0 },
      end_mask: { int: open },
      ellipsis_mask: { int: 0 },
      new_axis_mask: { int: 0 },
      shrink_axis_mask: { int: 0 },
    },
  );
};

const oneHot: Rule = (view, { graph }) => {
  const { attributes } = view;
  const type = view.outSpec().dtype;
  return graph.add("OneHot", [
    view.in(0),
    graph.scalar("int32", attributes.number("depth")),
    graph.scalar(type, attributes.number("on")),
    graph.scalar(type, attributes.number("off")),
  ], { axis: { int: -1 }, T: { type }, TI: INT32 });
};

// TensorFlow leaves out negative numbers only.
const segmentSum: Rule = (view, { graph }) => {
  const [ids, count] = [view.in(1), graph.scalar("int32", view.attributes.number("segments"))];
  const inside = graph.add("Less", [ids, count], { T: INT32 });
  const kept = graph.add("SelectV2", [inside, ids, graph.scalar("int32", -1)], { T: INT32 });
  return graph.add("UnsortedSegmentSum", [view.in(0), kept, count], {
    T: { type: view.type() },
    Tindices: INT32,
    Tnumsegments: INT32,
  });
};

/** Pairs of paddings as int32 [rank, 2]. */
const paddings = (pairs: readonly (readonly number[])[]) =>
  [pairs.flat(), [pairs.length, 2]] as const;

/** Kernels that move elements and change none. */
export const movement: Readonly<Record<string, Rule>> = {
  Reshape: listed("Reshape", { list: "shape", type: "Tshape" }),
  Transpose: listed("Transpose", { list: "perm", type: "Tperm" }),
  Tile: listed("Tile", { list: "reps", type: "Tmultiples" }),
  Reverse: listed("ReverseV2", { list: "axes", type: "Tidx" }),
  Slice: (view, { graph }) => {
    const [begin, size] = [view.attributes.list("begin"), view.attributes.list("size")];
    return graph.add("Slice", [view.in(0), graph.ints(begin), graph.ints(size)], {
      T: { type: view.type() },
      Index: INT32,
    });
  },
  StridedSlice: stridedSlice,
  PadV2: (view, { graph }) => {
    const type = view.type();
    return graph.add("PadV2", [
      view.in(0),
      graph.constant("int32", ...paddings(view.attributes.pairs("paddings"))),
      graph.scalar(type, view.attributes.number("value")),
    ], { T: { type }, Tpaddings: INT32 });
  },
  MirrorPad: (view, { graph }) =>
    graph.add("MirrorPad", [
      view.in(0),
      graph.constant("int32", ...paddings(view.attributes.pairs("paddings"))),
    ], {
      T: { type: view.type() },
      Tpaddings: INT32,
      mode: { text: view.attributes.text("mode").toUpperCase() },
    }),
  Concat: (view, { graph }) =>
    view.inputs.length === 1 ? view.in(0) : graph.add("ConcatV2", [
      view.inputs,
      graph.scalar("int32", view.attributes.number("axis")),
    ], { N: { int: view.inputs.length }, T: { type: view.type() }, Tidx: INT32 }),
  GatherV2: (view, { graph }) =>
    graph.add("GatherV2", [
      ...view.inputs,
      graph.scalar("int32", view.attributes.number("axis")),
    ], {
      batch_dims: { int: view.attributes.number("batchDims") },
      Tparams: { type: view.type() },
      Tindices: INT32,
      Taxis: INT32,
    }),
  OneHot: oneHot,
  UnsortedSegmentSum: segmentSum,
};
