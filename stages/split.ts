import { join } from "node:path";
import { z } from "zod";
import type { StageContext } from "../src/dag/stage.ts";
import { defineStage } from "../src/dag/define_stage.ts";
import { labelledRequest, longTailRatio, unlabelledRequest } from "../src/data/count_request.ts";
import { classCounts, countLabels } from "../src/data/counts.ts";
import { fixedSplit } from "../src/data/fixed_split.ts";
import { indexFilesProblem, readIndexFile } from "../src/data/index_files.ts";
import {
  type PartMeta,
  readInt32,
  readPartMeta,
  writeInt32,
  writeJson,
} from "../src/data/part_files.ts";
import { type SplitIndices, splitIndices } from "../src/data/split_indices.ts";
import { UserError } from "../src/errors.ts";

const params = z.strictObject({
  labelled: labelledRequest,
  unlabelled: unlabelledRequest,
  /** The labelled images stand in front of the unlabelled ones, too: `include_lb_to_ulb` of USB. */
  with_labelled: z.literal(true).optional(),
  seed: z.int().min(0).max(0xffffffff),
  /** Digests of index files to take in place of drawing; their paths are `context.paths[digest]`. */
  index_files: z.strictObject({ labelled: z.string(), unlabelled: z.string().nullable() })
    .optional(),
});

type Params = z.infer<typeof params>;

/** Draws the labelled and the unlabelled images; a source that fixes them is taken as it is, and so are index files. */
export const split = defineStage({
  name: "split",
  version: 1,
  module: import.meta.url,
  params,
  inputs: { train: "one" },
  outputs: ["labelled", "unlabelled"],
  async run(context) {
    const { labelled, seed, index_files: files } = context.params;
    const train = context.input("train");
    const meta = await readPartMeta(train);
    const labels = await readInt32(join(train, "labels.bin"));
    const chosen = await chooseImages(context, { train, meta, labels });
    const split = context.params.with_labelled
      ? { ...chosen, unlabelled: Int32Array.from([...chosen.labelled, ...chosen.unlabelled]) }
      : chosen;
    const drawn = "fraction" in labelled ? "cossl" : "usb";
    const ratio = longTailRatio(labelled);
    for (const part of ["labelled", "unlabelled"] as const) {
      const indices = split[part];
      const output = context.output(part);
      await writeInt32(join(output, "indices.bin"), indices);
      // What does not depend on the seed has the same bytes for every seed.
      await writeJson(join(output, "meta.json"), {
        counts: knownCounts(indices, { labels, classes: meta.classes }),
        // Methods are told γ_l; of the unlabelled images they take the counts, as oracle.
        ...(part === "labelled" && ratio !== undefined ? { ratio } : {}),
        rule: files === undefined ? drawn : "index-file",
        seed: meta.fixed_split || files !== undefined ? null : seed,
        fixed: meta.fixed_split,
      });
      context.log(`${part}: ${indices.length} images`);
    }
  },
});

async function chooseImages(context: StageContext<Params>, { train, meta, labels }: {
  readonly train: string;
  readonly meta: PartMeta;
  readonly labels: Int32Array;
}): Promise<SplitIndices> {
  const { labelled, unlabelled, seed, index_files: files } = context.params;
  const { classes, class_names: classNames } = meta;
  const wanted = unlabelled === null || typeof unlabelled === "string"
    ? unlabelled
    : classCounts(unlabelled, classes);
  if (meta.fixed_split) {
    const fixed = await Deno.readFile(join(train, "fixed.bin"));
    const counts = "fraction" in labelled ? null : classCounts(labelled, classes);
    return fixedSplit({ labels, fixed, labelled: counts, unlabelled: wanted, classes });
  }
  const request = {
    labels,
    labelled: "fraction" in labelled ? labelled : classCounts(labelled, classes),
    unlabelled: wanted,
    classes,
    classNames,
    seed,
  };
  if (files === undefined) return splitIndices(request);
  const read = (digest: string) => {
    const path = context.paths[digest];
    if (path === undefined) throw new Error(`internal: no path of the index file ${digest}`);
    return readIndexFile(path, { digest, count: labels.length });
  };
  if (files.unlabelled === null && unlabelled !== null && unlabelled !== "all") {
    throw new UserError("An index file of the labelled images needs one of the unlabelled images");
  }
  const split = {
    labelled: await read(files.labelled),
    unlabelled: files.unlabelled === null
      ? splitIndices(request).unlabelled
      : await read(files.unlabelled),
  };
  const problem = indexFilesProblem(split, { labels, labelled, unlabelled, classes });
  if (problem !== null) throw new UserError(problem);
  return split;
}

/** Images of each class, or null where the class of an image is unknown. */
function knownCounts(indices: Int32Array, { labels, classes }: {
  readonly labels: Int32Array;
  readonly classes: number;
}): number[] | null {
  if (indices.some((index) => labels[index] === -1)) return null;
  return countLabels(indices.values().map((index) => labels[index]!), classes);
}
