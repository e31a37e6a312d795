import { z } from "zod";

/** The shapes of an unlabelled class distribution that SC-SSL chooses from. */
export const ANCHORS = [
  "consistent",
  "uniform",
  "inverse",
  "gaussian",
  "gaussian-inverse",
] as const;

/** Name of an anchor distribution. */
export type AnchorName = typeof ANCHORS[number];

/** SC-SSL's parameters; defaults are the paper's, and the project's decisions where the paper is silent. */
export const scsslParams = z.strictObject({
  /** τ_b, logit adjustment of the balanced head (eq. 6). */
  tau_b: z.number().min(0).default(2),
  /** τ_e, of the expansive head; null leaves that head out. */
  tau_e: z.number().min(0).nullable().default(4),
  /** Weight of the consistency terms of the balanced and the expansive head. */
  lambda_heads: z.number().min(0).default(2),
  /** Expansion factor; `auto` takes it from the anchor. */
  c: z.union([z.literal("auto"), z.number().min(4).max(7)]).default("auto"),
  /** Anchor; `auto` is the nearest by Kullback-Leibler divergence. */
  anchor: z.enum(["auto", ...ANCHORS]).default("auto"),
  rho_max: z.number().min(0).max(1).default(0.95),
  /** `fix-max`, `fix-min`: frozen at ρ_max, at the floor. */
  thresholds: z.enum(["c-init", "fix-max", "fix-min"]).default("c-init"),
  /** When eq. 8 is applied. */
  threshold_update: z.enum(["epoch", "step", "never"]).default("epoch"),
  /** Below which no threshold falls; `c6` is the start value for c = 6. */
  threshold_floor: z.union([z.literal("c6"), z.number().min(0).max(1)]).default("c6"),
  /** α and ν of eq. 8. */
  alpha: z.number().min(0).default(0.005),
  nu: z.number().default(1),
  /** Groups of classes with start thresholds of their own. */
  intervals: z.union([z.literal(2), z.literal(3), z.literal(4)]).default(2),
  /** Epochs before the unlabelled distribution is estimated. */
  estimation_epochs: z.number().int().min(1).default(5),
  after_estimation: z.enum(["continue", "restart"]).default("continue"),
  /** Views that the estimate is made on. */
  estimate_on: z.enum(["plain", "weak"]).default("plain"),
  /** Counts behind the class weights; `known` is oracle information. */
  reweight: z.enum(["none", "estimated", "known"]).default("estimated"),
  /** Whether K/6 is a Gaussian anchor's standard deviation or its variance. */
  gaussian_spread: z.enum(["std", "variance"]).default("std"),
  gaussian_inverse: z.enum(["complement", "swap-halves"]).default("complement"),
});

export type ScsslParams = z.infer<typeof scsslParams>;
