/** Epochs of a run by its steps; they need have no whole number of them. */
import type { StepInfo } from "./method.ts";

/** A step and the steps of an epoch. */
type Place = Pick<StepInfo, "step" | "epochSteps">;

/** Epoch (0-based) of a step. */
export function epochOf({ step, epochSteps }: Place): number {
  return Math.floor(step / epochSteps);
}

/** Whether a step is the first one of an epoch. */
export function startsEpoch({ step, epochSteps }: Place): boolean {
  return epochOf({ step, epochSteps }) > epochOf({ step: step - 1, epochSteps });
}
