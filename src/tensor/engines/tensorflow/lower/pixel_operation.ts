/**
 * PixelOperation (../../../pixel_operation.ts): images are parted by kind, each part goes through its own operation only, and the
 * parts are put together again. How many images m a part has is known when the program runs. x: [m,H,W,3].
 */
import { PIXEL_OPERATIONS, type PixelOperationName } from "../../../pixel_operation.ts";
import type { ElementType } from "../element_type.ts";
import { type Edge, type Graph, outputOf } from "../graph.ts";
import type { Rule } from "../lowering.ts";

/** Images of one kind. */
interface Part {
  /** [m,H,W,3] */
  readonly x: Edge;
  /** [m,1,1,1] */
  readonly value: Edge;
  /** int32 [m,6] */
  readonly coefficients: Edge;
  readonly height: number;
  readonly width: number;
  readonly add: Sketch;
}

type Operation = (part: Part) => Edge;

/** Short forms of operations of one type. */
class Sketch {
  constructor(readonly graph: Graph, private readonly type: ElementType = "float32") {}

  /** The same for another type. */
  of(type: ElementType): Sketch {
    return new Sketch(this.graph, type);
  }

  node(kind: string, ...inputs: readonly (Edge | number)[]): Edge {
    const edges = inputs.map((input) => typeof input === "number" ? this.scalar(input) : input);
    return this.graph.add(kind, edges, { T: { type: this.type } });
  }

  scalar(element: number): Edge {
    if (this.type !== "float64") return this.graph.scalar(this.type, element);
    return this.cast(this.graph.scalar("float32", element), "float32");
  }

  /** From another type to this one. */
  cast(x: Edge, from: ElementType): Edge {
    const attributes = { SrcT: { type: from }, DstT: { type: this.type } };
    return this.graph.add("Cast", [x], { ...attributes, Truncate: { flag: false } });
  }

  reshape(x: Edge, shape: readonly number[]): Edge {
    return this.graph.add("Reshape", [x, this.graph.ints(shape)], {
      T: { type: this.type },
      Tshape: { type: "int32" },
    });
  }

  transpose(x: Edge, order: readonly number[]): Edge {
    return this.graph.add("Transpose", [x, this.graph.ints(order)], {
      T: { type: this.type },
      Tperm: { type: "int32" },
    });
  }

  /** Joins along axes, which stay with size 1. */
  reduce(kind: "Sum" | "Min" | "Max", x: Edge, axes: readonly number[]): Edge {
    return this.graph.add(kind, [x, this.graph.ints(axes)], {
      T: { type: this.type },
      Tidx: { type: "int32" },
      keep_dims: { flag: true },
    });
  }

  slice(x: Edge, begin: readonly number[], size: readonly number[]): Edge {
    return this.graph.add("Slice", [x, this.graph.ints(begin), this.graph.ints(size)], {
      T: { type: this.type },
      Index: { type: "int32" },
    });
  }

  /** Rows of x by int32 indices. */
  gather(x: Edge, indices: Edge): Edge {
    return this.graph.add("GatherV2", [x, indices, this.graph.scalar("int32", 0)], {
      batch_dims: { int: 0 },
      Tparams: { type: this.type },
      Tindices: { type: "int32" },
      Taxis: { type: "int32" },
    });
  }

  /** step·0, step·1, … for each of the images, times `each`: int32 [m·each]. */
  starts(x: Edge, { each, step }: { readonly each: number; readonly step: number }): Edge {
    const integers = this.of("int32");
    const shape = this.graph.add("Shape", [x], {
      T: { type: this.type },
      out_type: { type: "int32" },
    });
    const images = integers.reshape(integers.slice(shape, [0], [1]), []);
    const bounds = [0, step * each, step].map((element) => this.graph.scalar("int32", element));
    const end = integers.node("Mul", images, bounds[1]!);
    return this.graph.add("Range", [bounds[0]!, end, bounds[2]!], { Tidx: { type: "int32" } });
  }
}

/** ⌊a / b⌋ of whole numbers. */
function floorQuotient(add: Sketch, a: Edge, b: Edge | number): Edge {
  return add.node("Floor", add.node("RealDiv", add.node("AddV2", a, 0.5), b));
}

/** ⌊from + v·(x − from)⌋ */
function blend({ x, value, add }: Part, from: Edge): Edge {
  const change = add.node("Mul", value, add.node("Sub", x, from));
  return add.node("Floor", add.node("AddV2", from, change));
}

/** [m,H,W,1] */
function luma({ x, add, height, width }: Part): Edge {
  const channel = (index: number, weight: number) =>
    add.node("Mul", add.slice(x, [0, 0, 0, index], [-1, height, width, 1]), weight);
  const colours = add.node("AddV2", channel(0, 19595), channel(1, 38470));
  const sum = add.node("AddV2", colours, add.node("AddV2", channel(2, 7471), 32768));
  return add.node("Floor", add.node("Mul", sum, 1 / 65536));
}

const contrast: Operation = (part) => {
  const { add, height, width } = part;
  const pixels = height * width;
  const doubled = add.node("Mul", add.reduce("Sum", luma(part), [1, 2, 3]), 2);
  return blend(part, floorQuotient(add, add.node("AddV2", doubled, pixels), 2 * pixels));
};

const sharpness: Operation = (part) => {
  const { x, add, height, width } = part;
  if (height < 3 || width < 3) return x;
  const filter = [1, 1, 1, 1, 5, 1, 1, 1, 1].flatMap((weight) => [weight, weight, weight]);
  const sum = add.graph.add(
    "DepthwiseConv2dNative",
    [x, add.graph.constant("float32", filter, [3, 3, 3, 1])],
    {
      T: { type: "float32" },
      strides: { ints: [1, 1, 1, 1] },
      padding: { text: "SAME" },
      data_format: { text: "NHWC" },
      dilations: { ints: [1, 1, 1, 1] },
    },
  );
  const smooth = floorQuotient(add, add.node("AddV2", sum, 6), 13);
  const inside = Array.from({ length: height * width * 3 }, (_, i) => {
    const [row, column] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width];
    return Number(row > 0 && row < height - 1 && column > 0 && column < width - 1);
  });
  const chosen = add.graph.constant("bool", inside, [1, height, width, 3]);
  return blend(part, add.node("SelectV2", chosen, smooth, x));
};

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Channel by channel, [m·3, H·W]: what is broadcast then stands in front, where TensorFlow is fast. */
function toRows(add: Sketch, x: Edge, { height, width }: Size): Edge {
  return add.reshape(add.transpose(x, [0, 3, 1, 2]), [-1, height * width]);
}

function fromRows(add: Sketch, rows: Edge, { height, width }: Size): Edge {
  return add.transpose(add.reshape(rows, [-1, 3, height, width]), [0, 2, 3, 1]);
}

const autocontrast: Operation = ({ x, add, height, width }) => {
  const doubles = add.of("float64");
  const rows = toRows(add, x, { height, width });
  const [low, high] = (["Min", "Max"] as const)
    .map((kind) => doubles.cast(add.reduce(kind, rows, [1]), "float32"));
  const scale = doubles.node("RealDiv", 255, doubles.node("Sub", high!, low!));
  const offset = doubles.node("Mul", doubles.node("Neg", low!), scale);
  const scaled = doubles.node("Mul", doubles.cast(rows, "float32"), scale);
  const moved = add.cast(
    doubles.node("Floor", doubles.node("AddV2", scaled, offset)),
    "float64",
  );
  const clipped = add.node("Minimum", add.node("Maximum", moved, 0), 255);
  const stretched = add.node("SelectV2", doubles.node("Greater", high!, low!), clipped, rows);
  return fromRows(add, stretched, { height, width });
};

const equalize: Operation = ({ x, add, height, width }) => {
  const { graph } = add;
  const integers = add.of("int32");
  const rows = integers.cast(toRows(add, x, { height, width }), "float32");
  const weights = graph.constant("float32", [], [0]); // each counts as one
  const counted = graph.add("DenseBincount", [rows, graph.scalar("int32", 256), weights], {
    Tidx: { type: "int32" },
    T: { type: "float32" },
    binary_output: { flag: false },
  });
  const counts = add.reshape(counted, [-1, 3, 256]);
  const levels = graph.constant("float32", Array.from({ length: 256 }, (_, i) => i), [1, 1, 256]);
  const seen = add.node("SelectV2", add.node("Greater", counts, 0), levels, 0);
  const isHighest = add.node("Equal", levels, add.reduce("Max", seen, [2]));
  const last = add.reduce("Sum", add.node("SelectV2", isHighest, counts, 0), [2]); // [m,3,1]
  const step = floorQuotient(add, add.node("Sub", height * width, last), 255);
  const before = graph.add("Cumsum", [counts, graph.scalar("int32", 2)], {
    exclusive: { flag: true },
    reverse: { flag: false },
    T: { type: "float32" },
    Tidx: { type: "int32" },
  });
  const below = add.node("AddV2", floorQuotient(add, step, 2), before);
  const equal = add.node(
    "Minimum",
    floorQuotient(add, below, add.node("Maximum", step, 1)),
    255,
  );
  const table = add.node("SelectV2", add.node("Greater", step, 0), equal, levels);
  const starts = integers.reshape(add.starts(x, { each: 3, step: 256 }), [-1, 1]);
  const places = integers.node("AddV2", starts, rows); // into [m,3,256]
  return fromRows(add, add.gather(add.reshape(table, [-1]), places), { height, width });
};

const posterize: Operation = ({ x, value, add }) => {
  const steps = add.graph.constant("float32", [256, 128, 64, 32, 16, 8, 4, 2, 1]);
  const step = add.gather(steps, add.of("int32").cast(value, "float32"));
  return add.node("Mul", add.node("Floor", add.node("RealDiv", x, step)), step);
};

const solarize: Operation = ({ x, value, add }) =>
  add.node("SelectV2", add.node("GreaterEqual", x, value), add.node("Sub", 255, x), x);

const affine: Operation = ({ x, coefficients, add, height, width }) => {
  const { graph } = add;
  const integers = add.of("int32");
  const row = graph.constant("int32", Array.from({ length: height }, (_, i) => i), [1, height, 1]);
  const column = graph.constant("int32", Array.from({ length: width }, (_, i) => i), [1, 1, width]);
  const coefficient = (index: number) =>
    integers.reshape(integers.slice(coefficients, [0, index], [-1, 1]), [-1, 1, 1]);
  /** [m,H,W]: whole source coordinates. */
  const source = (first: number) => {
    const along = integers.node("Mul", coefficient(first), column);
    const down = integers.node("Mul", coefficient(first + 1), row);
    const start = integers.node("AddV2", along, coefficient(first + 2));
    return integers.node("RightShift", integers.node("AddV2", start, down), 16);
  };
  const within = (place: Edge, size: number) =>
    graph.add("LogicalAnd", [
      integers.node("GreaterEqual", place, 0),
      integers.node("Less", place, size),
    ]);
  const [fromColumn, fromRow] = [source(0), source(3)];
  const inside = graph.add("LogicalAnd", [within(fromColumn, width), within(fromRow, height)]);
  // The first pixel of the table is black.
  const first = integers.reshape(
    add.starts(x, { each: 1, step: height * width }),
    [-1, 1, 1],
  );
  const place = integers.node("AddV2", integers.node("Mul", fromRow, width), fromColumn);
  const index = integers.node("AddV2", integers.node("AddV2", place, first), 1);
  const chosen = integers.node("SelectV2", inside, index, 0);
  const black = graph.constant("float32", [0, 0, 0], [1, 3]);
  const pixels = graph.add(
    "ConcatV2",
    [[black, add.reshape(x, [-1, 3])], graph.scalar("int32", 0)],
    { N: { int: 2 }, T: { type: "float32" }, Tidx: { type: "int32" } },
  );
  return add.gather(pixels, chosen);
};

const operations: Readonly<Record<PixelOperationName, Operation>> = {
  identity: ({ x }) => x,
  autocontrast,
  equalize,
  brightness: ({ x, value, add }) => add.node("Floor", add.node("Mul", value, x)),
  color: (part) => blend(part, luma(part)),
  contrast,
  sharpness,
  posterize,
  solarize,
  affine,
};

const KINDS = Object.keys(PIXEL_OPERATIONS).length;

export const pixelOperation: Rule = (view, { graph }) => {
  const [n = 0, height = 0, width = 0] = view.outSpec().shape;
  const [x, kind, value, coefficients] = view.inputs;
  const parted = (data: Edge, type: ElementType) =>
    graph.add("DynamicPartition", [data, kind!], {
      num_partitions: { int: KINDS },
      T: { type },
    });
  const order = graph.ints(Array.from({ length: n }, (_, i) => i));
  const places = parted(order, "int32");
  const images = parted(x!, "float32");
  const values = parted(value!, "float32");
  const maps = parted(coefficients!, "int32");
  const add = new Sketch(graph);
  const results = new Array<Edge>(KINDS).fill(images);
  for (const [name, code] of Object.entries(PIXEL_OPERATIONS)) {
    results[code] = operations[name as PixelOperationName]({
      x: outputOf(images, code),
      value: add.reshape(outputOf(values, code), [-1, 1, 1, 1]),
      coefficients: outputOf(maps, code),
      height,
      width,
      add,
    });
  }
  const indices = results.map((_, code) => outputOf(places, code));
  return graph.add("DynamicStitch", [indices, results], {
    N: { int: KINDS },
    T: { type: "float32" },
  });
};
