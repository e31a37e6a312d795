import { equal, ok } from "node:assert/strict";
import type { GraphNode } from "../../src/dag/mod.ts";
import { roughSeconds } from "../../src/sweep/rough_cost.ts";

/** As much of a training's node as the estimate looks at. */
function training(options: {
  readonly net?: string;
  readonly ratio?: number;
  readonly unlabelled?: boolean;
  readonly size?: number;
  readonly dataset?: string;
}): GraphNode {
  const { net = "wrn-28-2", ratio = 2, unlabelled = true, size, dataset } = options;
  const node = (params: unknown) => ({ node: { params, inputs: {} }, output: "train" });
  const inputs = {
    images: node(size === undefined ? { dataset } : { synthetic: { size } }),
    ...(unlabelled ? { unlabelled: node({}) } : {}),
  };
  const params = { net, batch: 64, steps: 1000, unlabelled_ratio: ratio };
  return { params, inputs } as unknown as GraphNode;
}

Deno.test("roughSeconds() follows the arithmetic of a step", () => {
  // 0.41 TFLOP a step of WRN-28-2 with 64 + 128 + 128 images, as measured elsewhere.
  const seconds = roughSeconds(training({}));
  ok(seconds > 1000 * 0.3e12 / 25e9 && seconds < 1000 * 0.6e12 / 25e9, `${seconds} s`);
  equal(roughSeconds(training({ unlabelled: false })) * 5, seconds);
  equal(roughSeconds(training({ size: 16 })) * 4, seconds);
  equal(roughSeconds(training({ net: "wrn-28-1" })) * 4, seconds);
  equal(roughSeconds(training({ net: "wrn-10-2" })) * 4, seconds);
  equal(roughSeconds(training({ dataset: "imagenet-127-64" })), 4 * seconds);
});
