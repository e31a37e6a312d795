/**
 * y[n,i,j,o] = Σ x[n, i·s + p·d − top, j·s + q·d − left, c] · w[p,q,c,o], and its gradients; matrix products.
 *
 * TensorFlow's fast library takes the padding by name: SAME, with the smaller half before the image, or VALID for none. Other
 * paddings are EXPLICIT, which leaves that library in the gradients: there the padded image is an operand, or a result that is
 * cut.
 */
import type { Edge, Graph, NodeAttribute } from "../graph.ts";
import type { CallView, Rule } from "../lowering.ts";

const FLOAT: NodeAttribute = { type: "float32" };

/** Pads before and after that TensorFlow's SAME means along one axis of the input. */
function samePads(
  size: number,
  { filter, stride, dilation }: { filter: number; stride: number; dilation: number },
): [number, number] {
  const total = (Math.ceil(size / stride) - 1) * stride + (filter - 1) * dilation + 1 - size;
  const before = Math.max(0, total) >> 1;
  return [before, Math.max(0, total) - before];
}

type Attributes = Readonly<Record<string, NodeAttribute>>;

/** Attributes of a convolution of x [N,H,W,C] with a filter [kh,kw,C,O]; `explicit` has the pads where they have no name. */
function geometry(
  view: CallView,
  { x, filter }: { readonly x: readonly number[]; readonly filter: readonly number[] },
): { readonly attributes: Attributes; readonly explicit?: readonly number[] } {
  const [strides, dilations, pads] = ["strides", "dilations", "pads"].map((name) =>
    view.attributes.list(name)
  ) as [readonly number[], readonly number[], readonly number[]];
  const same = [0, 1].flatMap((axis) =>
    samePads(x[axis + 1] ?? 1, {
      filter: filter[axis] ?? 1,
      stride: strides[axis] ?? 1,
      dilation: dilations[axis] ?? 1,
    })
  );
  const explicit = !pads.every((pad) => pad === 0) && !pads.every((pad, i) => pad === same[i]);
  const padding = pads.every((pad) => pad === 0) ? "VALID" : explicit ? "EXPLICIT" : "SAME";
  return {
    attributes: {
      strides: { ints: [1, ...strides, 1] },
      dilations: { ints: [1, ...dilations, 1] },
      padding: { text: padding },
      explicit_paddings: { ints: explicit ? [0, 0, ...pads, 0, 0] : [] },
      data_format: { text: "NHWC" },
      T: FLOAT,
    },
    ...(explicit ? { explicit: pads } : {}),
  };
}

/** The same convolution of an image that is padded already. */
function unpadded(attributes: Attributes): Attributes {
  return { ...attributes, padding: { text: "VALID" }, explicit_paddings: { ints: [] } };
}

/** The shape of an image [N,H,W,C] with its pads: above, below, left, right. */
function paddedShape(
  [n = 1, height = 1, width = 1, c = 1]: readonly number[],
  [above = 0, below = 0, left = 0, right = 0]: readonly number[],
): number[] {
  return [n, height + above + below, width + left + right, c];
}

function padded(graph: Graph, x: Edge, pads: readonly number[]): Edge {
  const paddings = graph.constant("int32", [0, 0, ...pads, 0, 0], [4, 2]);
  return graph.add("Pad", [x, paddings], { T: FLOAT, Tpaddings: { type: "int32" } });
}

function cut(
  graph: Graph,
  x: Edge,
  { pads, shape }: { readonly pads: readonly number[]; readonly shape: readonly number[] },
): Edge {
  const [above = 0, , left = 0] = pads;
  const [begin, size] = [graph.ints([0, above, left, 0]), graph.ints(shape)];
  return graph.add("Slice", [x, begin, size], { T: FLOAT, Index: { type: "int32" } });
}

const matrixProduct: Rule = (view, { graph }) => {
  const { attributes } = view;
  const [a, b] = [attributes.flag("transposeA"), attributes.flag("transposeB")];
  const isPlain = view.inSpec(0).shape.length === 2 && view.inSpec(1).shape.length === 2;
  return isPlain
    ? graph.add("MatMul", view.inputs, {
      T: FLOAT,
      transpose_a: { flag: a },
      transpose_b: { flag: b },
    })
    : graph.add("BatchMatMulV2", view.inputs, { T: FLOAT, adj_x: { flag: a }, adj_y: { flag: b } });
};

/** Convolutions and matrix products. */
export const convolution: Readonly<Record<string, Rule>> = {
  BatchMatMul: matrixProduct,
  Conv2D: (view, { graph }) => {
    const shapes = { x: view.inSpec(0).shape, filter: view.inSpec(1).shape };
    return graph.add("Conv2D", view.inputs, geometry(view, shapes).attributes);
  },
  // dy, filter -> dx
  Conv2DBackpropInput: (view, { graph }) => {
    const shapes = { x: view.outSpec().shape, filter: view.inSpec(1).shape };
    const { attributes, explicit } = geometry(view, shapes);
    const gradient = (shape: readonly number[], attributes: Attributes) =>
      graph.add(
        "Conv2DBackpropInput",
        [graph.ints(shape), view.in(1), view.in(0)],
        attributes,
      );
    if (!explicit) return gradient(shapes.x, attributes);
    const whole = gradient(paddedShape(shapes.x, explicit), unpadded(attributes));
    return cut(graph, whole, { pads: explicit, shape: shapes.x });
  },
  // x, dy -> dfilter
  Conv2DBackpropFilter: (view, { graph }) => {
    const shapes = { x: view.inSpec(0).shape, filter: view.outSpec().shape };
    const { attributes, explicit } = geometry(view, shapes);
    const gradient = (x: Edge, attributes: Attributes) =>
      graph.add(
        "Conv2DBackpropFilter",
        [x, graph.ints(shapes.filter), view.in(1)],
        attributes,
      );
    return explicit
      ? gradient(padded(graph, view.in(0), explicit), unpadded(attributes))
      : gradient(view.in(0), attributes);
  },
};
