/**
 * y[i] = Σ_j x[i, j] and the like: elements joined along axes, which are dropped. ArgMax and ArgMin give the first of equals.
 * Softmax over the last axis; Cumsum keeps the shape.
 */
import type { Rule } from "../lowering.ts";

function numeric(kind: string): Rule {
  return (view, { graph }) =>
    graph.add(kind, [view.in(0), graph.ints(view.attributes.list("axes"))], {
      T: { type: view.type() },
      Tidx: { type: "int32" },
      keep_dims: { flag: false },
    });
}

function logical(kind: string): Rule {
  return (view, { graph }) =>
    graph.add(kind, [view.in(0), graph.ints(view.attributes.list("axes"))], {
      Tidx: { type: "int32" },
      keep_dims: { flag: false },
    });
}

function arg(kind: string): Rule {
  return (view, { graph }) =>
    graph.add(kind, [view.in(0), graph.scalar("int32", view.attributes.number("axis"))], {
      T: { type: view.type() },
      Tidx: { type: "int32" },
      output_type: { type: "int32" },
    });
}

/** Kernels that join elements along axes. */
export const reduction: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(["Max", "Mean", "Min", "Prod", "Sum"].map((kind) => [kind, numeric(kind)])),
  All: logical("All"),
  Any: logical("Any"),
  ArgMax: arg("ArgMax"),
  ArgMin: arg("ArgMin"),
  Softmax: (view, { graph }) => graph.add("Softmax", [view.in(0)], { T: { type: view.type() } }),
  Cumsum: (view, { graph }) =>
    graph.add("Cumsum", [view.in(0), graph.scalar("int32", view.attributes.number("axis"))], {
      exclusive: { flag: view.attributes.flag("exclusive") },
      reverse: { flag: view.attributes.flag("reverse") },
      T: { type: view.type() },
      Tidx: { type: "int32" },
    }),
};
