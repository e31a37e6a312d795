import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const simproParams = z.strictObject({
  simpro_tau: z.union([z.literal("auto"), z.number().min(0)]).default("auto").describe(
    "τ of the adjustments; auto: 2 for fewer than 100 classes, else 1",
  ),
  simpro_cutoff: z.union([z.literal("auto"), z.number().min(0).max(1)]).default("auto").describe(
    "confidence from which a row counts; auto: 0.95 for fewer than 100 classes, else 0.2",
  ),
  simpro_ema: z.number().min(0).lt(1).default(0.9).describe("decay of both distributions"),
});

export type SimproParams = z.infer<typeof simproParams>;

export const simproAbout: MethodAbout = {
  title: "SimPro",
  source: "Du, Han, Huang, ICML 2024; LeapLabTHU/SimPro SimPro/train.py",
  equations: [
    "A_u = log(π_u^τ + 1e-12), A = log(π_a^τ + 1e-12); q = softmax(z(w) + A_u), m = 1[max q ≥ cutoff]",
    "L = CE(z(x) + A, y) / (N_u·B / (N_l·μB)) + mean m·CE(z(s) + A, q)",
    "epoch end: π_u ← .9·π_u + .1·Σ m·q / (Σ Σ m·q + 1); π_a ← .9·π_a + .1·normalised(labels seen + Σ m·q)",
    "π_u starts uniform, π_a at π; prediction: argmax z",
  ],
  departures: [
    "Common settings: one strong unlabelled view and only the weak labelled one; an epoch is a 256th of the run " +
    "(the original has 500 steps, two strong views, a weak and a strong labelled one, μ 8, learning rate .17).",
  ],
};
