/** CReST (Wei et al., CVPR 2021): generations of trainings, each labelled by the one before. */
import { classRanks } from "./class_order.ts";
import type { CrestParams } from "./crest_params.ts";
import { crestPicks } from "./crest_picks.ts";
import type { Method, MethodOptions } from "./method.ts";

/** Leaves the losses as they are and picks for the next generation. */
export function extend(base: Method, { params, context }: MethodOptions<CrestParams>): Method {
  const { labelledCounts } = context;
  return {
    ...base,
    id: `${base.id}+crest`,
    pick: (logits) =>
      crestPicks(logits, {
        labelledCounts,
        positions: classRanks(labelledCounts),
        alpha: params.crest_alpha,
      }),
  };
}
