/** 32 random bits r an element as int32, or the float (r >> 8) / 2²⁴ of [0, 1); see `draws.ts` for the bits. */
import type { Edge, Graph } from "../graph.ts";
import type { Rule } from "../lowering.ts";

function asInt32(graph: Graph, bits: Edge): Edge {
  return graph.add("Bitcast", [bits], { T: { type: "uint32" }, type: { type: "int32" } });
}

/** Counter-based draws. */
export const draw: Readonly<Record<string, Rule>> = {
  RandomBits: (view, { graph, draws }) => asInt32(graph, draws.bits(view.call, view.in(0))),
  RandomUniform: (view, { graph, draws }) => {
    const bits = draws.bits(view.call, view.in(0));
    const upper = graph.add("RightShift", [bits, graph.scalar("uint32", 8)], {
      T: { type: "uint32" },
    });
    const float = graph.add("Cast", [asInt32(graph, upper)], {
      SrcT: { type: "int32" },
      DstT: { type: "float32" },
      Truncate: { flag: false },
    });
    return graph.add("Mul", [float, graph.scalar("float32", 2 ** -24)], {
      T: { type: "float32" },
    });
  },
};
