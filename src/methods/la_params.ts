import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const laParams = z.strictObject({
  la_tau: z.number().min(0).default(1).describe("τ, strength of the adjustment"),
});

export type LaParams = z.infer<typeof laParams>;

export const laAbout: MethodAbout = {
  title: "LA",
  source: "Menon et al., ICLR 2021; DASO lib/config/defaults.py (LOGIT_ADJUST)",
  equations: [
    "labelled term: CE(z(x) + τ·log π, y), π the labelled class frequencies",
    "the consistency term stays as it is",
  ],
  departures: [
    "The post-hoc form z − τ·log π is the rule `logit-adjustment` of the calibration stage.",
  ],
};
