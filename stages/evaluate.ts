import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";
import { PICKS } from "../src/train/pick.ts";

/** Picks among a run's evaluations and writes the numbers that tables show. */
export const evaluate = defineStage({
  name: "evaluate",
  version: 1,
  module: import.meta.url,
  params: z.strictObject({
    pick: z.enum(PICKS).default("best"),
    /** Output to select on and report; default: the primary one. */
    output: z.string().optional(),
  }),
  inputs: { evaluations: "one" },
  outputs: ["metrics"],
  async run(context) {
    const { join } = await import("node:path");
    const { summarizeRun } = await import("../src/train/run_metrics.ts");
    const metrics = await summarizeRun(context.input("evaluations"), context.params);
    await Deno.writeTextFile(
      join(context.output("metrics"), "metrics.json"),
      JSON.stringify(metrics, null, 1) + "\n",
    );
  },
});
