import type { GraphInput, GraphNode } from "../dag/graph.ts";
import { parseNet } from "../nets/registry.ts";

/** What the engine `wasm` does in a second on one core of a machine with wide vectors (docs/measurements.md). */
const wasmFlopsPerSecond = 25e9;

/** Edge of the images that are not made here: CIFAR's. */
const usualSize = 32;

/** Operations of a training step for one image: six 3×3 convolutions for every `depth − 4` / 6, forward and twice backward. */
function flopsPerImage(net: string, size: number): number {
  const { depth, width } = parseNet(net);
  // The three groups cost the same: each has twice the channels and half the edge of the one before.
  const convolution = 2 * 9 * (16 * width) ** 2 * size ** 2;
  return 3 * (depth - 4) * convolution;
}

function isNode(
  input: GraphNode["inputs"][string],
): input is Extract<GraphInput, { node: unknown }> {
  return "node" in input;
}

function imageSize({ inputs }: GraphNode): number {
  const { images } = inputs;
  if (images === undefined || !isNode(images)) return usualSize;
  const { synthetic } = images.node.params as { readonly synthetic?: { readonly size?: number } };
  return synthetic?.size ?? usualSize;
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
