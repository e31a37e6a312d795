import { parseNet } from "./registry.ts";
import { resNetStages } from "./resnet_stages.ts";

/** Multiplications and additions of the convolutions for one image of `size` × `size` pixels; what else a pass does is little. */
export function forwardOperations(net: string, size: number): number {
  const { kind, depth, width } = parseNet(net);
  if (kind === "wrn") {
    // The three groups cost the same: each has twice the channels and half the edge of the one before.
    return 2 * (depth - 4) * 9 * (16 * width) ** 2 * size ** 2;
  }
  let products = 27 * width; // of the first convolution, for each pixel
  for (const [stage, blocks] of resNetStages(depth).entries()) {
    // Where the edge halves, the first 1×1 convolution still sees the whole map. In units of (own width)² and its own map:
    // 1×1 from 4 times the width (9 in all with the 3×3), 1×1 to 4 times the width.
    const every = 4 + 9 + 4;
    const first = stage === 0 ? 1 + 9 + 4 + 4 : 4 * 2 + 9 + 4 + 8;
    // A stage's widths double where its pixels quarter: the same for every stage.
    products += (first + (blocks - 1) * every) * width ** 2;
  }
  return 2 * products * size ** 2;
}
