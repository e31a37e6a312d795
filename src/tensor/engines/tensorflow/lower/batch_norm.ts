/**
 * y = a(γ·(x − μ)/√(σ² + ε) + β) with mean μ and biased variance σ² of the batch, a(v) = v where v > 0, else α·v; gives y, μ and
 * the unbiased variance. One fused operation each way, then LeakyReLU, whose gradient may be taken from y since α > 0.
 */
import { elementCount } from "../../../program.ts";
import { type Edge, type Graph, type NodeAttribute, outputOf } from "../graph.ts";
import type { CallView, LoweringContext, Rule } from "../lowering.ts";

const T: NodeAttribute = { type: "float32" };

function fused(epsilon: number): Record<string, NodeAttribute> {
  return {
    T,
    U: T,
    epsilon: { float: epsilon },
    data_format: { text: "NHWC" },
    is_training: { flag: true },
  };
}

/** The fused operations take images only: other ranks pass through [rows,1,1,C]. */
function asImages(graph: Graph, x: Edge, shape: readonly number[]): Edge {
  return shape.length === 4 ? x : reshape(graph, x, [-1, 1, 1, shape.at(-1) ?? 1]);
}

function reshape(graph: Graph, x: Edge, shape: readonly number[]): Edge {
  return graph.add("Reshape", [x, graph.ints(shape)], { T, Tshape: { type: "int32" } });
}

const forward: Rule = (view, { graph }) => {
  const { shape } = view.inSpec();
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  const none = graph.constant("float32", []);
  const x = asImages(graph, view.in(0), shape);
  const normal = graph.add("FusedBatchNormV3", [x, view.in(1), view.in(2), none, none], {
    ...fused(epsilon),
    exponential_avg_factor: { float: 1 },
  });
  let y = normal;
  if (alpha !== 1) y = graph.add("LeakyRelu", [y], { alpha: { float: alpha }, T });
  if (shape.length !== 4) y = reshape(graph, y, shape);
  return [y, outputOf(normal, 1), outputOf(normal, 2)];
};

/** What the fused gradient wants of the forward operation: taken from it where the program has it, else made from the variance. */
function saved(view: CallView, { graph }: LoweringContext): Edge[] {
  const [mean, variance] = [view.in(4), view.in(5)];
  const { node } = mean;
  const isOfForward = node.kind === "FusedBatchNormV3" && node === variance.node &&
    mean.index === 1 && variance.index === 2;
  if (isOfForward) return [3, 4, 5].map((index) => outputOf(mean, index));
  const { shape } = view.inSpec(1);
  const rows = elementCount(shape) / (shape.at(-1) ?? 1);
  const biased = graph.add("Mul", [variance, graph.scalar("float32", (rows - 1) / rows)], { T });
  return [mean, biased, graph.constant("float32", [])];
}

const backward: Rule = (view, context) => {
  const { graph } = context;
  const { shape } = view.inSpec();
  const [epsilon, alpha] = [view.attributes.number("epsilon"), view.attributes.number("alpha")];
  let dy = view.in(0);
  if (alpha !== 1) {
    dy = graph.add("LeakyReluGrad", [dy, view.in(2)], { alpha: { float: alpha }, T });
  }
  const [gradient, x] = [asImages(graph, dy, shape), asImages(graph, view.in(1), shape)];
  const dx = graph.add(
    "FusedBatchNormGradV3",
    [gradient, x, view.in(3), ...saved(view, context)],
    fused(epsilon),
  );
  const shaped = shape.length === 4 ? dx : reshape(graph, dx, shape);
  return [shaped, outputOf(dx, 1), outputOf(dx, 2)];
};

/** Batch normalisation with the statistics of the batch, and its gradient. */
export const batchNorm: Readonly<Record<string, Rule>> = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
};
