/** Methods whose warm-ups end early, for tests of what they do afterwards. */
import type { Method } from "../../src/methods/method.ts";
import { createMethod } from "../../src/methods/registry.ts";

export const FEATURES = 4;
export const UNLABELLED = 6;
/** Late enough for every warm-up below; the first step of an epoch. */
export const STEP = 9;

/** Parameters with which the warm-ups are over at that step. */
const PARAMS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  cdmad: { debias_from_epoch: 2 },
  daso: { pretrain_epochs: 2, queue_length: 5 },
  darp: { warm_up_epochs: 2 },
  acr: { estimation_epochs: 2 },
  adello: { distill_from_epoch: 2 },
};

/** A method of that id, past its warm-ups at step `STEP`; `changes` are parameters of its own. */
export function buildLate(
  id: string,
  labelledCounts: readonly number[],
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Method> {
  const own = id.split("+").map((part) => PARAMS[part] ?? {});
  const params = Object.assign(id === "supervised" ? {} : { p_cutoff: 0.6 }, ...own, changes);
  const context = {
    classes: labelledCounts.length,
    labelledCounts,
    sizes: { features: FEATURES, unlabelledBatch: UNLABELLED },
  };
  return createMethod(id, { params, context });
}
