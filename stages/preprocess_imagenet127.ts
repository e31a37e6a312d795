import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { preprocessImagenet127, TEST_SETS } from "../src/data/preprocess_imagenet127.ts";

const params = z.strictObject({
  dataset: z.enum(["imagenet-127-32", "imagenet-127-64"]),
  source: z.strictObject({ kind: z.literal("downsampled"), digest: z.string() }),
  /** The whole validation set, or SimPro's 50 images of every class. */
  test: z.enum(TEST_SETS).default("official"),
});

/**
 * Makes ImageNet-127 of the downsampled-ImageNet files, in the form that `prepare` gives other sets. Goes on where it was
 * stopped. The raw path is `context.paths[dataset]`.
 */
export const preprocess = defineStage({
  name: "preprocess_imagenet127",
  version: 1,
  module: import.meta.url,
  params,
  inputs: {},
  outputs: ["train", "test"],
  async run(context) {
    const { dataset, source, test } = context.params;
    const folder = context.paths[dataset];
    if (folder === undefined) throw new Error(`internal: no path of the data set ${dataset}`);
    await preprocessImagenet127({
      dataset,
      folder,
      digest: source.digest,
      test,
      outputs: { train: context.output("train"), test: context.output("test") },
      checkpoints: context.checkpoints,
      signal: context.signal,
      onProgress: (done, total) => context.progress({ done, total, unit: "images" }),
      log: (line) => context.log(line),
    });
  },
});
