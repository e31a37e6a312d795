import { z } from "zod";
import type { MethodAbout } from "./about.ts";

/** FixMatch's parameters; defaults as in USB's imbalanced configs. */
export const fixmatchParams = z.strictObject({
  p_cutoff: z.number().min(0).max(1).default(0.95).describe(
    "confidence from which a pseudo-label counts",
  ),
  lambda_u: z.number().min(0).default(1).describe("λ_u, weight of the consistency term"),
});

export type FixmatchParams = z.infer<typeof fixmatchParams>;

export const fixmatchAbout: MethodAbout = {
  title: "FixMatch",
  source: "Sohn et al., NeurIPS 2020; USB semilearn/algorithms/fixmatch/fixmatch.py",
  equations: [
    "ŷ = argmax p(w), m = 1[max p(w) ≥ cutoff]",
    "L = mean CE(z(x), y) + λ_u·mean(m·CE(z(s), ŷ)); one joint forward of x, w, s; prediction: argmax z",
  ],
  departures: [],
};
