import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const darpParams = z.strictObject({
  darp_alpha: z.number().min(0).default(2).describe(
    "α: of each class the α·d_k most probable rows count",
  ),
  warm_up_epochs: z.number().int().min(0).default(200).describe(
    "epoch (0-based) after which labels are refined",
  ),
  refine_every: z.number().int().min(1).default(10).describe("steps between refinements"),
  rounds: z.number().int().min(1).default(10).describe("rounds of the solver"),
});

export type DarpParams = z.infer<typeof darpParams>;

export const darpAbout: MethodAbout = {
  title: "DARP",
  source: "Kim et al., NeurIPS 2020; USB semilearn/imb_algorithms/darp",
  equations: [
    "table Q of the latest p(w) of every unlabelled image; target counts d_k = π_k·|U|",
    "per class the ⌊α·d_k⌋ most probable rows S; v_k = (d_k + 1e-6) / (Σ kept Q_·k + 1e-6); Q' = Q⊙S⊙v + 1e-6, rows sum to 1",
    "solver: w_i = 1/H(Q'_i), A = Q'/e; X_i = 1/Σ_k A_ik·Y_ik, then ν_k with Σ_i A_ik·X_i·exp(−ν_k/w_i) = d_k, Y = exp(−ν/w)",
    "labels after the warm-up: argmax of R_ik = A_ik·X_i·Y_ik; the mask stays that of p(w)",
  ],
  departures: [
    "The refinement runs on the host between two steps, so the table lacks the probabilities of the step that uses it.",
    "ν is found by the secant iteration of scipy that USB calls, with its loose tolerance; where scipy gives up after 30 " +
    "steps, this program goes on with what it has, and where ν overflows with the last table.",
  ],
};
