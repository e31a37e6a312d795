import { z } from "zod";
import type { MethodAbout } from "./about.ts";

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
  tau_b: z.number().min(0).default(2).describe(
    "τ_b, logit adjustment of the balanced head (eq. 6)",
  ),
  tau_e: z.number().min(0).nullable().default(4).describe(
    "τ_e, of the expansive head; null leaves that head out",
  ),
  lambda_heads: z.number().min(0).default(2).describe(
    "weight of the consistency terms of the two heads",
  ),
  c: z.union([z.literal("auto"), z.number().min(4).max(7)]).default("auto").describe(
    "expansion factor; auto takes it from the anchor",
  ),
  anchor: z.enum(["auto", ...ANCHORS]).default("auto").describe(
    "anchor; auto is the nearest by Kullback-Leibler divergence",
  ),
  rho_max: z.number().min(0).max(1).default(0.95).describe("ρ_max, largest threshold"),
  thresholds: z.enum(["c-init", "fix-max", "fix-min"]).default("c-init").describe(
    "fix-max, fix-min: frozen at ρ_max, at the floor",
  ),
  threshold_update: z.enum(["epoch", "step", "never"]).default("epoch").describe(
    "when eq. 8 is applied",
  ),
  threshold_floor: z.union([z.literal("c6"), z.number().min(0).max(1)]).default("c6").describe(
    "below which no threshold falls; c6 is the start value for c = 6",
  ),
  alpha: z.number().min(0).default(0.005).describe("α of eq. 8"),
  nu: z.number().default(1).describe("ν of eq. 8"),
  intervals: z.union([z.literal(2), z.literal(3), z.literal(4)]).default(2).describe(
    "groups of classes with start thresholds of their own",
  ),
  estimation_epochs: z.number().int().min(1).default(5).describe(
    "epochs before the unlabelled distribution is estimated",
  ),
  after_estimation: z.enum(["continue", "restart"]).default("continue").describe(
    "whether training goes on or begins again",
  ),
  estimate_on: z.enum(["plain", "weak"]).default("plain").describe(
    "views that the estimate is made on",
  ),
  reweight: z.enum(["none", "estimated", "known"]).default("estimated").describe(
    "counts behind the class weights; known is oracle information",
  ),
  gaussian_spread: z.enum(["std", "variance"]).default("std").describe(
    "whether K/6 is a Gaussian anchor's standard deviation or its variance",
  ),
  gaussian_inverse: z.enum(["complement", "swap-halves"]).default("complement").describe(
    "how the inverse Gaussian anchor is made",
  ),
});

export type ScsslParams = z.infer<typeof scsslParams>;

export const scsslAbout: MethodAbout = {
  title: "SC-SSL",
  source: "Tian, Wei, Zhang, AAAI 2026",
  equations: [
    "heads F_b, F_e on the pooled feature: CE(F(x) + τ·log π, y) (eq. 6)",
    "each labels itself: mean w_ŷ·1[max p_F(w) ≥ ρ_ŷ]·CE(F(s), ŷ) (eq. 7), class-wise thresholds ρ by eqs. 8-10",
    "L = L_FixMatch + Σ_F (L_sup,F + λ·L_con,F) (eq. 11); prediction: argmax F_b(x) − b_opt (eq. 5)",
  ],
  departures: [
    "What the paper leaves open is decided by the parameters' defaults.",
  ],
};
