import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { UserError } from "../src/errors.ts";

const params = z.strictObject({
  /** Names the file's bytes, whatever its path, which is `context.paths[digest]`. */
  digest: z.string(),
  /** Which state dict of a checkpoint; null for the only or usual one. */
  entry: z.string().nullable(),
});

/**
 * Reads starting weights from another program's file into a safetensors file under the net's own names: the same weights in another
 * format or with other things beside them are the same bytes, and the trainings that start from them are not run again.
 */
export const weights = defineStage({
  name: "weights",
  version: 1,
  module: import.meta.url,
  params,
  inputs: {},
  outputs: ["weights"],
  async run(context) {
    const { digest, entry } = context.params;
    const path = context.paths[digest];
    if (path === undefined) throw new Error(`internal: no path of the weights ${digest}`);
    const { hashFile } = await import("../src/data/hash_file.ts");
    const found = `sha256:${await hashFile(path, "sha256")}`;
    if (found !== digest) {
      throw new UserError(
        `${path} is not what it was when the run was planned: expected ${digest}, found ${found}`,
      );
    }
    const { readWeights } = await import("../src/weights/read_weights.ts");
    const { encodeSafetensors, safeTensor } = await import("../src/train/safetensors.ts");
    const { weightsPath } = await import("../src/train/weights_path.ts");
    const tensors = new Map(
      [...await readWeights(path, entry)].map((
        [name, { shape, data }],
      ) => [name, safeTensor(data, shape)]),
    );
    await Deno.writeFile(weightsPath(context.output("weights")), encodeSafetensors(tensors));
    context.log(`${tensors.size} tensors`);
  },
});
