import { z } from "zod";
import { defineStage } from "../src/dag/define_stage.ts";

/** Applies a post-hoc rule to a run: the same evaluations with the rule's output as the primary one. */
export const calibrate = defineStage({
  name: "calibrate",
  version: 1,
  module: import.meta.url,
  params: z.strictObject({
    rule: z.enum(["default", "none", "remove-bias", "blank-image", "logit-adjustment"])
      .default("default"),
  }),
  inputs: { evaluations: "one", logits: "one" },
  outputs: ["evaluations"],
  async run(context) {
    const { calibrateRun } = await import("../src/train/calibrate_run.ts");
    await calibrateRun(context.params.rule, {
      evaluations: context.input("evaluations"),
      logits: context.input("logits"),
      output: context.output("evaluations"),
      signal: context.signal,
    });
  },
});
