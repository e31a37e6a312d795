import { join } from "node:path";
import {
  decodeLogits,
  encodeEvaluation,
  evaluationFile,
  logitsFile,
  readEvaluation,
  readEvaluationsMeta,
  writeEvaluationsMeta,
} from "./evaluations.ts";
import { recalibrate, type RuleChoice, ruledOutput } from "./recalibrate.ts";

/** Directories of a run's evaluations and raw logits, and where to write its evaluations under a rule. */
export interface CalibrateRunOptions {
  readonly evaluations: string;
  readonly logits: string;
  readonly output: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a run's evaluations with the rule's output as the primary one. Where the training loop did not evaluate that
 * output, only evaluations whose raw logits are kept (best and last 20) remain.
 */
export async function calibrateRun(
  rule: RuleChoice,
  { evaluations, logits, output, signal }: CalibrateRunOptions,
): Promise<void> {
  const { meta, labels } = await readEvaluationsMeta(evaluations);
  const steps: number[] = [];
  for (const step of meta.steps) {
    signal.throwIfAborted();
    const evaluation = await readEvaluation(evaluations, { step });
    const path = join(logits, logitsFile(step));
    const bytes = await readIfThere(path);
    const heads = bytes && decodeLogits(bytes, path);
    const ruled = recalibrate(evaluation, rule, { meta, labels, ...(heads ? { heads } : {}) });
    if (!ruled) continue;
    await Deno.writeFile(join(output, evaluationFile(step)), encodeEvaluation(ruled));
    steps.push(step);
  }
  const primary = ruledOutput(meta, rule);
  const outputs = primary.declared ? meta.outputs : [...meta.outputs, primary.output];
  await writeEvaluationsMeta(
    output,
    { ...meta, primary: primary.output.name, outputs, steps },
    { labels },
  );
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
