import { errorAt } from "../located.ts";
import type { UsbLogFile } from "./read_log.ts";

/** Accuracies are printed with four decimals. */
const rounding = 5.001e-5;

/** How far a log goes: iterations that it has and that its run was to have (null where the log does not say). */
export interface LogExtent {
  readonly reached: number;
  readonly asked: number | null;
}

/**
 * Checks that a log is whole and fits together.
 * @throws UserError at the line that ends too early (unless `incomplete`) or contradicts the others
 */
export function checkLog(
  log: UsbLogFile,
  { incomplete }: { readonly incomplete: boolean },
): LogExtent {
  const values = log.arguments?.values ?? {};
  const asked = typeof values["num_train_iter"] === "number" ? values["num_train_iter"] : null;
  const reached = Math.max(log.iterations, log.evaluations.at(-1)?.[0] ?? 0);
  const every = values["num_eval_iter"];
  // Iterations without a line of their own: the last line may be earlier than the last iteration.
  const slack = typeof every === "number" ? every : 0;
  const ends = asked !== null && reached + slack <= asked && reached < asked;
  if ((ends || !log.hasResult) && !incomplete) {
    const missing = [
      ...(ends ? [`it reaches ${reached} of ${asked} iterations`] : []),
      ...(log.hasResult ? [] : ['it has no line "Model result"']),
    ].join(" and ");
    throw errorAt(
      log.end,
      `The log is cut off: ${missing}; --incomplete takes it as it is, and the report says so`,
    );
  }
  checkBest(log);
  return { reached, asked };
}

/** The result must be the best of the evaluations, where that one is among them. */
function checkBest({ best, evaluations }: UsbLogFile): void {
  if (best === null) return;
  const named = evaluations.find(([iteration]) => iteration === best.iteration)?.[1];
  const highest = Math.max(0, ...evaluations.map(([, top1]) => top1));
  const fits = (named === undefined || Math.abs(named - best.top1) < rounding) &&
    highest < best.top1 + rounding;
  if (fits) return;
  throw errorAt(
    best.at,
    `The best accuracy ${best.top1} at iteration ${best.iteration} is not that of the evaluations above (${
      named ?? highest
    })`,
  );
}
