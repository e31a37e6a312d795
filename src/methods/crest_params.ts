import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const crestParams = z.strictObject({
  generations: z.number().int().min(1).max(100).default(6).describe("G, trainings in a row"),
  generation_share: z.number().gt(0).max(1).default(0.25).describe(
    "steps of a generation as a share of the run's: 2^16 of 2^18",
  ),
  crest_alpha: z.number().positive().default(3).describe(
    "α: how fast the share of picked images falls towards frequent classes",
  ),
});

export type CrestParams = z.infer<typeof crestParams>;

export const crestAbout: MethodAbout = {
  title: "CReST",
  source: "Wei et al., CVPR 2021; USB semilearn/imb_algorithms/crest",
  equations: [
    "G generations, each a training from the start; the labelled set of the next one is the original plus what is picked",
    "of the count_c images predicted as class c, the ⌊count_c·(μ^((K−1)−c))^(1/α)⌋ most confident ones, μ = (n_min/n_max)^(1/(K−1))",
    "predictions: plain images, averaged parameters, the base head",
  ],
  departures: [
    "c is the class's rank by labelled count; USB takes its index, which is the same where classes are sorted.",
    "All generations start from the same initial parameters, those of the seed.",
    "With LA, π is that of the generation's labelled set.",
    "Plain CReST: no progressive distribution alignment (CReST+).",
  ],
};
