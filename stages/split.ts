import { join } from "node:path";
import { z } from "zod";
import { defineStage } from "../src/dag/stage.ts";
import { countRequest } from "../src/data/count_request.ts";
import { classCounts, countLabels } from "../src/data/counts.ts";
import { fixedSplit } from "../src/data/fixed_split.ts";
import { readInt32, readPartMeta, writeInt32, writeJson } from "../src/data/part_files.ts";
import { splitIndices } from "../src/data/split_indices.ts";

const params = z.strictObject({
  labelled: countRequest,
  /** null: no unlabelled images; "rest": all that are not labelled. */
  unlabelled: z.union([countRequest, z.literal("rest")]).nullable(),
  seed: z.int().min(0).max(0xffffffff),
  /** How the images of a class are drawn. */
  rule: z.enum(["usb"]).default("usb"),
});

/** Draws the labelled and the unlabelled images; a source that fixes them is taken as it is. */
export const split = defineStage({
  name: "split",
  version: 1,
  module: import.meta.url,
  params,
  inputs: { train: "one" },
  outputs: ["labelled", "unlabelled"],
  async run(context) {
    const { labelled, unlabelled, seed, rule } = context.params;
    const train = context.input("train");
    const { classes, class_names: classNames, fixed_split: fixed } = await readPartMeta(train);
    const labels = await readInt32(join(train, "labels.bin"));
    const request = {
      labels,
      labelled: classCounts(labelled, classes),
      unlabelled: unlabelled === null || unlabelled === "rest"
        ? unlabelled
        : classCounts(unlabelled, classes),
      classNames,
    };
    const split = fixed
      ? fixedSplit({ ...request, fixed: await Deno.readFile(join(train, "fixed.bin")) })
      : splitIndices({ ...request, seed });
    for (const part of ["labelled", "unlabelled"] as const) {
      const indices = split[part];
      const counts = countLabels(indices.values().map((index) => labels[index]!), classes);
      const output = context.output(part);
      await writeInt32(join(output, "indices.bin"), indices);
      // A fixed split is the same for every seed, and so are its bytes.
      await writeJson(join(output, "meta.json"), {
        counts,
        rule,
        seed: fixed ? null : seed,
        fixed,
      });
      context.log(`${part}: ${indices.length} images`);
    }
  },
});
