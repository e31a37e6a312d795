import type { StepInfo } from "../../src/methods/method.ts";

/** A step of a run whose epochs are single steps. */
export function stepInfo(step: number, changes: Partial<StepInfo> = {}): StepInfo {
  return {
    step,
    steps: 256,
    epochSteps: 1,
    seed: 0,
    labelledBatch: 4,
    labelledCount: 7,
    unlabelledCount: 6,
    unlabelled: Int32Array.from([0, 1, 2, 3, 4, 5]),
    ...changes,
  };
}
