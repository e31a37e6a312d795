import { z } from "zod";
import type { MethodAbout } from "./about.ts";

const cut = z.union([z.literal("auto"), z.number().int().min(0)]).default("auto");

export const cpeParams = z.strictObject({
  tau_1: z.number().min(0).default(0).describe("τ of the network's own head"),
  tau_2: z.number().min(0).default(2).describe("τ of the second head, which predicts"),
  tau_3: z.number().min(0).default(4).describe("τ of the third head"),
  cut_1: cut.describe(
    "rank from which pseudo-labelled rows train branch M; auto: 2 of 10, 35 of 100, else K/3",
  ),
  cut_2: cut.describe(
    "rank from which pseudo-labelled rows train branch T; auto: 4 of 10, 70 of 100, else 2K/3",
  ),
});

export type CpeParams = z.infer<typeof cpeParams>;

export const cpeAbout: MethodAbout = {
  title: "CPE",
  source:
    "Ma et al., AAAI 2024; machengcheng2016/CPE-LTSSL imb_algorithms/cpe/cpe.py, nets/wrn/wrn_cbn.py",
  equations: [
    "the last map goes through three BatchNorm layers H, M, T; a head's logits are the mean of its three branches",
    "heads i = 1, 2, 3 with τ_i: CE(z_i(x) + τ_i·log π, y)",
    "ŷ_i = argmax p_i(w), m_i = 1[max p_i(w) ≥ cutoff]",
    "unlabelled: (Σ m·CE_H(s) + Σ m·1[ŷ ≥ cut1]·CE_M(s) + Σ m·1[ŷ ≥ cut2]·CE_T(s)) / (number of terms + 1e-12)",
    "L = Σ_i (L_sup,i + λ_u·L_unsup,i); prediction: argmax z_2",
  ],
  departures: [
    "Classes are cut by frequency rank, which is the index where classes are sorted.",
  ],
};
