import type { Result } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";
import { type Call, input, output, type Rule } from "./rule.ts";

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** Dimension numbers as text; empty lists may be left out. */
function numbers(kind: string, entries: Readonly<Record<string, readonly number[] | number>>) {
  const fields = Object.entries(entries).flatMap(([name, value]) =>
    typeof value === "number"
      ? [`${name} = ${value}`]
      : value.length
      ? [`${name} = [${value.join(", ")}]`]
      : []
  );
  return `#stablehlo.${kind}<${fields.join(", ")}>`;
}

/** x [A.., n, B..], indices [I..], the first `batchDims` axes shared -> [A.., I.., B..]. Indices outside are clamped. */
function gather(call: Call): Value {
  const [x, indices] = [input(call, 0), input(call, 1)];
  const [axis, batchDims] = [call.attributes.number("axis"), call.attributes.number("batchDims")];
  const result: Result = output(call);
  const own = indices.shape.length - batchDims;
  const offsets = range(0, result.shape.length).filter((i) =>
    i >= batchDims && (i < axis || i >= axis + own)
  );
  return call.hlo.op("gather", [x, indices], {
    ...result,
    attributes: {
      dimension_numbers: numbers("gather", {
        offset_dims: offsets,
        collapsed_slice_dims: [axis],
        operand_batching_dims: range(0, batchDims),
        start_indices_batching_dims: range(0, batchDims),
        start_index_map: [axis],
        index_vector_dim: indices.shape.length,
      }),
      slice_sizes: `array<i64: ${
        x.shape.map((size, i) => i === axis || i < batchDims ? 1 : size).join(", ")
      }>`,
      indices_are_sorted: "false",
    },
  });
}

/** data [n, ..], ids [n] -> [segments, ..]. Ids outside are left out. */
function segmentSum(call: Call): Value {
  const [x, ids] = [input(call, 0), input(call, 1)];
  const { hlo } = call;
  return hlo.op("scatter", [hlo.splat(0, output(call)), ids, x], {
    ...output(call),
    region: hlo.joining("add", x.type),
    attributes: {
      scatter_dimension_numbers: numbers("scatter", {
        update_window_dims: range(1, x.shape.length),
        inserted_window_dims: [0],
        scatter_dims_to_operand_dims: [0],
        index_vector_dim: 1,
      }),
      indices_are_sorted: "false",
      unique_indices: "false",
    },
  });
}

/** Kernels that read or write by indices. */
export const gathers: Readonly<Record<string, Rule>> = {
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
};
