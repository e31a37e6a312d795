import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { SOURCE_KINDS } from "../src/data/loaded_set.ts";
import { importLoader, loaderUrl } from "../src/data/loader.ts";
import { writePart } from "../src/data/part_files.ts";
import { synthesis } from "../src/data/synthesis.ts";

const params = z.strictObject({
  dataset: z.string(),
  /** What planning found: `digest` names the bytes, whatever the path. */
  source: z.strictObject({
    kind: z.enum(SOURCE_KINDS).exclude(["downsampled", "ilsvrc"]),
    digest: z.string(),
  }),
  synthetic: synthesis.optional(),
});

/** Turns a data set's files into training and test images as plain arrays. The raw path is `context.paths[dataset]`. */
export const prepare = defineStage({
  name: "prepare",
  version: 1,
  module: import.meta.url,
  params,
  inputs: {},
  outputs: ["train", "test"],
  modules: ({ source }) => [loaderUrl(source.kind)],
  async run(context) {
    const { dataset, source, synthetic } = context.params;
    const path = context.paths[dataset] ?? "";
    if (path === "" && source.kind !== "synthetic") {
      throw new Error(`internal: no path of the data set ${dataset}`);
    }
    const loader = await importLoader(source.kind);
    const set = await loader.load({
      dataset,
      kind: source.kind,
      path,
      digest: source.digest,
      synthesis: synthetic,
      signal: context.signal,
      onProgress: (done, total) => context.progress({ done, total, unit: "images" }),
    });
    for (const part of ["train", "test"] as const) {
      await writePart(context.output(part), { dataset, part, set });
      context.log(`${part}: ${set[part].labels.length} images of ${set.width} × ${set.height}`);
    }
  },
});
