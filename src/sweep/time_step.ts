import { openEngine } from "../tensor/engines/select.ts";
import type { Engine } from "../tensor/engine.ts";
import { openTrial, type TrialOptions } from "./trial_training.ts";

/** A measured training step. */
export interface StepTime {
  readonly net: string;
  /** Images of a joint forward. */
  readonly batch: number;
  /** Median of the timed steps. */
  readonly milliseconds: number;
  readonly recordMilliseconds: number;
  /** Milliseconds of recording and of making the program ready to run. */
  readonly prepareMilliseconds: number;
  /** Of the first step, which is not among the timed ones: some engines finish their work then. */
  readonly firstMilliseconds: number;
  readonly loss: number;
}

/**
 * Trains a few steps of FixMatch on made-up images and takes the time.
 *
 * @throws {Error} if the engine does not work or the loss is not finite
 */
export async function timeStep(
  options: TrialOptions & {
    /** Timed ones. Default 3. */
    readonly steps?: number;
    /** Opens the engine that is measured, and closed afterwards; default: wasm on one thread. */
    readonly open?: () => Promise<Engine>;
  } = {},
): Promise<StepTime> {
  const { steps = 3, open = () => openEngine("wasm", { threads: 1 }) } = options;
  const engine = await open();
  const trial = await openTrial(engine, options);
  const times: number[] = [];
  let loss = NaN;
  for (let i = 0; i <= steps; i++) {
    const made = await trial.step();
    times.push(made.milliseconds);
    loss = made.loss;
  }
  engine.close();
  if (!Number.isFinite(loss)) throw new Error(`the loss of a training step is ${loss}`);
  const { net, batch, recordMilliseconds, readyMilliseconds } = trial;
  const [firstMilliseconds = NaN, ...rest] = times;
  return {
    net,
    batch,
    milliseconds: rest.toSorted((a, b) => a - b)[rest.length >> 1]!,
    recordMilliseconds,
    prepareMilliseconds: recordMilliseconds + readyMilliseconds,
    firstMilliseconds,
    loss,
  };
}
