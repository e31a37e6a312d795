/** The network of the golden files, as their tensors tell it. */
import { ok } from "node:assert/strict";
import type { GoldenTensor } from "../golden.ts";

/** What golden parameters (`param.<PyTorch name>`) say of the WideResNet that they belong to. */
export interface GoldenNet {
  readonly id: string;
  readonly classes: number;
  readonly channels: number;
}

/** Depth by the number of blocks, width by the first block's kernels, classes by the classifier. */
export function goldenNet(tensors: ReadonlyMap<string, GoldenTensor>): GoldenNet {
  const shape = (name: string) => {
    const found = tensors.get(`param.${name}`);
    ok(found, `the golden file has no param.${name}`);
    return found.shape;
  };
  const blocks =
    [...tensors.keys()].filter((name) => /^param\.block1\.layer\.\d+\.conv1\.weight$/.test(name))
      .length;
  const width = shape("block1.layer.0.conv1.weight")[0]! / 16;
  return {
    id: `wrn-${6 * blocks + 4}-${width}`,
    classes: shape("classifier.weight")[0]!,
    channels: shape("conv1.weight")[1]!,
  };
}
