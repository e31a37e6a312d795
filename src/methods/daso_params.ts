import { z } from "zod";
import type { MethodAbout } from "./about.ts";

export const dasoParams = z.strictObject({
  t_proto: z.number().positive().default(0.05).describe("temperature of the similarities"),
  t_dist: z.union([z.literal("auto"), z.number().positive()]).default("auto").describe(
    "T_dist, temperature of the label counts; auto: 1.5 for up to 10 classes of which the unlabelled images' counts are " +
      "known (CIFAR-10), else 0.3 (CIFAR-100, STL-10)",
  ),
  queue_length: z.number().int().min(1).default(256).describe("features kept of each class"),
  align_weight: z.number().min(0).default(1).describe("weight of the semantic alignment loss"),
  pretrain_epochs: z.number().min(0).default(5).describe(
    "epochs before labels are blended and features aligned",
  ),
  refresh_epochs: z.number().positive().default(0.09765625).describe(
    "epochs between refreshes of the label counts: 100 of 1,024 steps",
  ),
  similarity: z.enum(["current", "previous"]).default("current").describe(
    "similarities that labels are blended with: this batch's, or as in USB the last batch's",
  ),
});

export type DasoParams = z.infer<typeof dasoParams>;

export const dasoAbout: MethodAbout = {
  title: "DASO",
  source: "Oh, Kim, Kweon, CVPR 2022; USB semilearn/imb_algorithms/daso",
  equations: [
    "queue of the last features of each class, by averaged parameters; prototype c_k its mean",
    "v(·) = softmax(cos(h(·), c_k) / T_proto)",
    "u_k = (m_k / max m)^(1/T_dist), m the counts of the recent pseudo-labels",
    "p' = (1 − u_k')·p(w) + u_k'·v(w), k' = argmax p(w); ŷ = argmax p'; the mask stays that of p(w)",
    "alignment: mean CE(cos(h(s), c)/T_proto, v(w))",
  ],
  departures: [
    "USB blends with the similarities of the previous batch, whose rows are other images: `similarity: previous`.",
    "The pass for the averaged features leaves running statistics alone.",
    "T_dist is 1.5 for every CIFAR-10 setting, as in USB's files; the original takes 0.3 where the unlabelled set is not " +
    "distributed as the labelled one, which a method is not told.",
    "With CDMAD the blended probabilities stay soft targets, as CDMAD's are.",
  ],
};
