import { openEngine } from "../tensor/engines/select.ts";
import { type StepTime, timeStep } from "./time_step.ts";

/**
 * Trains a few steps on an engine, on one core. `say` is told what is no error.
 *
 * @throws {UserError} if the engine is not installed or broken
 * @throws {Error} if it does not work or the loss is not finite
 */
export function timeEngine(name: string, say: (line: string) => void): Promise<StepTime> {
  return timeStep({ open: () => openEngine(name, { threads: 1, say }) });
}
