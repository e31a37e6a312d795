import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const adelloParams = z.strictObject({
  alpha_min: z.number().min(0).max(1).default(0.1).describe("α at the end of training"),
  alpha_power: z.number().positive().default(2).describe("exponent of the progress in α"),
  prior_ema: z.number().min(0).lt(1).default(0.999).describe(
    "decay of the estimated distribution p̂",
  ),
  distill_from_epoch: z.number().min(0).default(48.828125).describe(
    "epochs after which rows below the cutoff are distilled: 50,000 of 262,144 steps",
  ),
  distill_weight: z.number().min(0).default(1).describe("weight of that term"),
});

export type AdelloParams = z.infer<typeof adelloParams>;

export const adelloAbout: MethodAbout = {
  title: "ADELLO",
  source:
    "Sanchez Aimar et al., ECCV 2024; emasa/ADELLO-LTSSL imb_algorithms/adello, algorithms/fixmatch_distill",
  equations: [
    "p̂ ← .999·p̂ + .001·mean p(w), start uniform; α_t = 1 − .9·(t/T)²; τ_t = p̂^α_t / Σ",
    "labelled: CE(z(x) + log((π + ε)/(τ_t + ε)), y), ε = 1e-9",
    "consistency on z(s) + log((p̂ + ε)/(τ_t + ε)), hard labels of p(w)",
    "distillation of the rows that the mask leaves out: mean (1 − m)·CE(adjusted z(s), p(w)), temperature 1",
    "losses use p̂ from before the step; prediction: argmax z",
  ],
  departures: ["The unlabelled set does not contain the labelled images (common settings)."],
};
