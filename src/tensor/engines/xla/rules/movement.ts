import { elementCount } from "../../../program.ts";
import type { Emitter } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";
import { type Call, input, output, type Rule, unary } from "./rule.ts";

/** The part of x from `from` to before `to` along one axis. */
function along(hlo: Emitter, x: Value, part: { axis: number; from: number; to: number }): Value {
  return hlo.slice(x, {
    begin: x.shape.map((_, i) => i === part.axis ? part.from : 0),
    end: x.shape.map((size, i) => i === part.axis ? part.to : size),
  });
}

function stridedSlice(x: Value, { hlo, attributes }: Call): Value {
  const [begin, strides, shape] = ["begin", "strides", "shape"].map((name) =>
    attributes.list(name)
  );
  if (!begin || !strides || !shape) throw new Error("internal: StridedSlice");
  // A negative stride reads the same elements forwards, and turns them round.
  const last = begin.map((from, axis) => from + ((shape[axis] ?? 1) - 1) * (strides[axis] ?? 1));
  const backward = strides.flatMap((stride, axis) => stride < 0 ? [axis] : []);
  const lows = begin.map((from, axis) => Math.min(from, last[axis] ?? 0));
  if (elementCount(shape) === 0) return hlo.splat(0, { type: x.type, shape });
  const part = hlo.slice(x, {
    begin: lows,
    end: begin.map((from, axis) => Math.max(from, last[axis] ?? 0) + 1),
    strides: strides.map(Math.abs),
  });
  return hlo.reverse(part, backward);
}

/** One axis mirrored at its ends: `reflect` leaves out the edge, `symmetric` repeats it. */
function mirrorAxis(
  hlo: Emitter,
  x: Value,
  options: { axis: number; low: number; high: number; skip: number },
): Value {
  const { axis, low, high, skip } = options;
  const size = x.shape[axis] ?? 1;
  const before = along(hlo, x, { axis, from: skip, to: skip + low });
  const after = along(hlo, x, { axis, from: size - skip - high, to: size - skip });
  return hlo.concat([
    ...(low ? [hlo.reverse(before, [axis])] : []),
    x,
    ...(high ? [hlo.reverse(after, [axis])] : []),
  ], axis);
}

function tile(x: Value, { hlo, attributes }: Call): Value {
  const reps = attributes.list("reps");
  // [a, b] -> [r0, a, r1, b] -> [r0·a, r1·b]
  const shape = x.shape.flatMap((size, axis) => [reps[axis] ?? 1, size]);
  const spread = hlo.spread(x, shape, x.shape.map((_, axis) => 2 * axis + 1));
  return hlo.reshape(spread, x.shape.map((size, axis) => size * (reps[axis] ?? 1)));
}

function oneHot(indices: Value, call: Call): Value {
  const { hlo, attributes } = call;
  const result = output(call);
  const axis = result.shape.length - 1;
  const places = hlo.iota(axis, { type: "i32", shape: result.shape });
  const wanted = hlo.spread(indices, result.shape, indices.shape.map((_, i) => i));
  return hlo.select(
    hlo.compare("EQ", places, wanted),
    hlo.splat(attributes.number("on"), result),
    hlo.splat(attributes.number("off"), result),
  );
}

/** Kernels that move elements and change none. */
export const movement: Readonly<Record<string, Rule>> = {
  Reshape: (call) => call.hlo.reshape(input(call), output(call).shape),
  Transpose: unary((x, { hlo, attributes }) => hlo.transpose(x, attributes.list("perm"))),
  Slice: unary((x, { hlo, attributes }) => {
    const [begin, size] = [attributes.list("begin"), attributes.list("size")];
    return hlo.slice(x, { begin, end: begin.map((from, axis) => from + (size[axis] ?? 0)) });
  }),
  StridedSlice: unary(stridedSlice),
  PadV2: unary((x, { hlo, attributes }) => {
    const paddings = attributes.pairs("paddings");
    const amounts = (side: number) => paddings.map((pair) => pair[side] ?? 0);
    return hlo.pad(x, { low: amounts(0), high: amounts(1) }, attributes.number("value"));
  }),
  MirrorPad: unary((x, { hlo, attributes }) => {
    const skip = attributes.text("mode") === "symmetric" ? 0 : 1;
    return attributes.pairs("paddings").reduce(
      (padded, [low = 0, high = 0], axis) => mirrorAxis(hlo, padded, { axis, low, high, skip }),
      x,
    );
  }),
  Tile: unary(tile),
  Reverse: unary((x, { hlo, attributes }) => hlo.reverse(x, attributes.list("axes"))),
  Concat: (call) => call.hlo.concat(call.inputs, call.attributes.number("axis")),
  OneHot: unary(oneHot),
};
