import { evaluationFile, logitsFile } from "./evaluations.ts";
import { firstMaximum, PICK_WINDOW } from "./pick.ts";

/** What is left to do after a step before the next one may begin, in this order. */
export type Due = "evaluate" | "epoch-end";

/** A run's position: with the state tensors and the method's own, all that a checkpoint holds. */
export interface RunRecord {
  /** How often the method began again at step 0. */
  readonly phase: number;
  /** Steps done in this phase. */
  readonly step: number;
  readonly due: readonly Due[];
  /** Top-1 of the primary output at each evaluation of this phase. */
  readonly evaluations: readonly { readonly step: number; readonly top1: number }[];
  /** Length of `metrics.jsonl`. */
  readonly metrics_bytes: number;
}

/** A run that has not begun. */
export const FRESH_RECORD: RunRecord = {
  phase: 0,
  step: 0,
  due: [],
  evaluations: [],
  metrics_bytes: 0,
};

/** Where a run's finished files lie in its spool. */
export const spooled = {
  evaluation: (phase: number, step: number) => `evaluations/${phase}/${evaluationFile(step)}`,
  logits: (phase: number, step: number) => `logits/${phase}/${logitsFile(step)}`,
  best: (phase: number, step: number) => `best/${phase}/${logitsFile(step)}`,
};

/** Step of the best evaluation by the primary output's top-1, the first one of equals. */
export function bestStep({ evaluations }: RunRecord): number | undefined {
  if (evaluations.length === 0) return undefined;
  return evaluations[firstMaximum(evaluations.map(({ top1 }) => top1))]!.step;
}

/** Steps whose raw logits are kept, ascending: the last 20 evaluations and the best. */
export function logitsSteps(record: RunRecord): number[] {
  const best = bestStep(record);
  const last = record.evaluations.slice(-PICK_WINDOW).map(({ step }) => step);
  return best === undefined || last.includes(best) ? last : [best, ...last];
}

/** Every spooled file that a checkpoint at this position relies on. */
export function filesOf(record: RunRecord): string[] {
  const { phase } = record;
  const best = bestStep(record);
  return [
    ...record.evaluations.map(({ step }) => spooled.evaluation(phase, step)),
    ...logitsSteps(record).map((step) => spooled.logits(phase, step)),
    ...(best === undefined ? [] : [spooled.best(phase, best)]),
  ];
}
