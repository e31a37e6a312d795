import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const abcParams = z.strictObject({
  abc_weight: z.number().min(0).default(1).describe("weight of the balanced head's losses"),
});

export type AbcParams = z.infer<typeof abcParams>;

export const abcAbout: MethodAbout = {
  title: "ABC",
  source: "Lee, Shin, Kim, NeurIPS 2021; USB semilearn/imb_algorithms/abc/abc.py",
  equations: [
    "extra head a on the pooled feature; r_k = n_min / n_k",
    "labelled: mean CE(a(x), y)·Bern(r_y)",
    "unlabelled: mean CE(a(s), ŷ)·1[max p_a(w) ≥ cutoff]·Bern(1 − (e/E)(1 − r_ŷ)), ŷ = argmax a(w)",
    "prediction: argmax a",
  ],
  departures: [
    "USB's form: hard labels and one strong view; the original has soft labels and two strong views.",
    "The Bernoulli draws come from the host's counter-based generator.",
  ],
};
