import type { GraphInput, GraphNode } from "../dag/graph.ts";
import { datasetFacts } from "../data/datasets.ts";
import { forwardOperations } from "../nets/forward_operations.ts";

/** What the engine `wasm` does in a second on one core of a machine with wide vectors (docs/measurements.md). */
const wasmFlopsPerSecond = 25e9;

/** Edge of images of which nothing is known: CIFAR's. */
const usualSize = 32;

/** Operations of a training step for one image: forward and twice backward. */
function flopsPerImage(net: string, size: number): number {
  return 3 * forwardOperations(net, size);
}

function isNode(
  input: GraphNode["inputs"][string],
): input is Extract<GraphInput, { node: unknown }> {
  return "node" in input;
}

function imageSize({ inputs }: GraphNode): number {
  const { images } = inputs;
  if (images === undefined || !isNode(images)) return usualSize;
  const { dataset = "", synthetic } = images.node.params as {
    readonly dataset?: string;
    readonly synthetic?: { readonly size?: number };
  };
  return synthetic?.size ?? datasetFacts(dataset)?.size ?? usualSize;
}

/**
 * Seconds that a training takes on the engine `wasm` and one core, by arithmetic: right within a factor of two or so, for advice before
 * anything was measured.
 */
export function roughSeconds(node: GraphNode): number {
  const { net, batch, steps, ...rest } = node.params as {
    readonly net: string;
    readonly batch: number;
    readonly steps: number;
    readonly unlabelled_ratio?: number;
  };
  const views = "unlabelled" in node.inputs ? 1 + 2 * (rest.unlabelled_ratio ?? 0) : 1;
  return steps * batch * views * flopsPerImage(net, imageSize(node)) / wasmFlopsPerSecond;
}
