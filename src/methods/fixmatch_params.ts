import { z } from "zod";

/** FixMatch's parameters; defaults as in USB's imbalanced configs. */
export const fixmatchParams = z.strictObject({
  /** Confidence from which a pseudo-label counts. */
  p_cutoff: z.number().min(0).max(1).default(0.95),
  /** λ_u, weight of the consistency term. */
  lambda_u: z.number().min(0).default(1),
});

export type FixmatchParams = z.infer<typeof fixmatchParams>;
