/** Learning rates by step. */

/** How the learning rate goes: constant, or as USB has it for each method. */
export type Schedule = "fixed" | "usb";

export interface ScheduleOptions {
  readonly schedule: Schedule;
  readonly learningRate: number;
  /** T, steps of the whole run. */
  readonly steps: number;
  /** Method id. `usb` means the cosine for plain algorithms and a constant for those with an imbalance plug-in. */
  readonly method: string;
  /** Linear warm-up of the cosine; default 0. */
  readonly warmupSteps?: number;
}

/** Learning rate of a step, 0-based. */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { schedule, learningRate, steps, method, warmupSteps = 0 } = options;
  if (schedule === "fixed" || method.includes("+")) return learningRate;
  return learningRate * cosineFactor(step, { steps, warmupSteps });
}

/**
 * Linear from 0 over the warm-up, then max(0, cos(7π/16 · progress)), progress from 0 to 1 over the rest.
 * Source: USB, semilearn/core/utils/build.py, get_cosine_schedule_with_warmup.
 */
export function cosineFactor(
  step: number,
  { steps, warmupSteps }: { readonly steps: number; readonly warmupSteps: number },
): number {
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return Math.max(0, Math.cos(Math.PI * (7 / 16) * progress));
}
