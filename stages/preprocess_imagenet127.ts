import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { TEST_SETS } from "../src/data/imagenet127_parts.ts";
import { preprocessImagenet127 } from "../src/data/preprocess_imagenet127.ts";

const params = z.strictObject({
  dataset: z.enum(["imagenet-127-32", "imagenet-127-64"]),
  source: z.strictObject({ kind: z.enum(["downsampled", "ilsvrc"]), digest: z.string() }),
  /** The whole validation set, or SimPro's 50 images of every class. */
  test: z.enum(TEST_SETS).default("official"),
});

/**
 * Makes ImageNet-127 of the downsampled-ImageNet files, or of ILSVRC-2012's original pictures, in the form that `prepare` gives
 * other sets. Goes on where it was stopped. The raw path is `context.paths[dataset]`.
 */
export const preprocess = defineStage({
  name: "preprocess_imagenet127",
  version: 1,
  module: import.meta.url,
  params,
  inputs: {},
  outputs: ["train", "test"],
  allCores: true,
  async run(context) {
    const { dataset, source, test } = context.params;
    const folder = context.paths[dataset];
    if (folder === undefined) throw new Error(`internal: no path of the data set ${dataset}`);
    await preprocessImagenet127({
      dataset,
      kind: source.kind,
      folder,
      digest: source.digest,
      test,
      outputs: { train: context.output("train"), test: context.output("test") },
      checkpoints: context.checkpoints,
      threads: context.threads,
      signal: context.signal,
      onProgress: (done, total) => context.progress({ done, total, unit: "images" }),
      log: (line) => context.log(line),
    });
  },
});
