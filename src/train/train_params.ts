import { z } from "zod";
import { isMethod, methodIds, methodParams } from "../methods/registry.ts";

const count = z.int().min(1);

/** Parameters of one training run: all that its numbers depend on beside data, code and engine. */
export const trainParams = z.strictObject({
  method: z.string().refine(isMethod, {
    error: (issue) => `Expected one of ${methodIds().join(", ")}, found "${issue.input}"`,
  }),
  method_params: z.record(z.string(), z.unknown()).default({}),
  seed: z.int().min(0).max(2 ** 31 - 1),
  steps: count.default(262_144),
  net: z.string().default("wrn-28-2"),
  batch: count.default(64),
  unlabelled_ratio: count.default(2),
  learning_rate: z.number().positive().default(0.03),
  schedule: z.enum(["fixed", "usb"]).default("fixed"),
  momentum: z.number().min(0).lt(1).default(0.9),
  weight_decay: z.number().min(0).default(5e-4),
  ema: z.number().min(0).lt(1).default(0.999),
  bn_momentum: z.number().gt(0).max(1).default(0.001),
  evaluate_every: count.default(1024),
  checkpoint_every: count.default(1024),
  weak: z.string().default("crop|flip"),
  strong: z.string().default("randaugment"),
  precision: z.literal("f32").default("f32"),
}).transform((params, context) => {
  const parsed = methodParams(params.method).safeParse(params.method_params);
  if (parsed.success) return { ...params, method_params: parsed.data };
  for (const issue of parsed.error.issues) {
    context.addIssue({
      code: "custom",
      message: issue.message,
      path: ["method_params", ...issue.path],
    });
  }
  return z.NEVER;
});

/** Parameters that change no number: in no key, and a checkpoint written under other values of them is used. */
export const UNKEYED_TRAIN_PARAMS: readonly string[] = ["checkpoint_every"];

export type TrainParams = Readonly<z.infer<typeof trainParams>>;

/**
 * Steps of an epoch: a 256th of the run, also where that is shortened, so that warm-ups scale with it. A run whose steps
 * are no multiple of 256 has epochs of unequal whole steps, and a short one has several epochs in a step.
 */
export function stepsPerEpoch(steps: number): number {
  return steps / 256;
}
