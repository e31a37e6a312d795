import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const cdmadParams = z.strictObject({
  cdmad_cutoff: z.number().min(0).max(1).default(0).describe(
    "confidence from which a row counts; 0 uses all",
  ),
  debias_from_epoch: z.number().int().min(0).default(51).describe(
    "epoch (0-based) from which pseudo-probabilities are debiased; a fifth of the run, as 100 of 500",
  ),
});

export type CdmadParams = z.infer<typeof cdmadParams>;

export const cdmadAbout: MethodAbout = {
  title: "CDMAD",
  source: "Lee, Kim, CVPR 2024; LeeHyuck/CDMAD fixmatchcdmad.py",
  equations: [
    "z0 = z(blank image), the present parameters, alone in its batch",
    "q = softmax(z(w) − z0) after the warm-up, softmax z(w) before",
    "consistency: mean 1[max q ≥ cutoff]·(−Σ q·log(softmax z(s) + 1e-8))",
    "prediction: argmax(z − z0) with averaged parameters and running statistics",
  ],
  departures: [
    "One joint forward and one strong view (common settings); the original forwards the views separately and has two.",
    "The blank image's pass leaves running statistics alone.",
    "With ABC the head of ABC trains by ABC's own labels, and the debiasing is applied to it at prediction.",
  ],
};
