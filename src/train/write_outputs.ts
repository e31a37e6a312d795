import { join } from "node:path";
import type { StoredTensor } from "./checkpoint.ts";
import {
  evaluationFile,
  type EvaluationsMeta,
  logitsFile,
  writeEvaluationsMeta,
} from "./evaluations.ts";
import { bestStep, logitsSteps, type RunRecord, spooled } from "./run_record.ts";
import type { Spool } from "./spool.ts";
import { encodeWeights } from "./weights_file.ts";

/** Output directories of a training run. */
export interface OutputPaths {
  /** Predictions and scalars of every evaluation, and `metrics.jsonl`. */
  readonly evaluations: string;
  /** Raw logits of the best and the last 20 evaluations. */
  readonly logits: string;
  /**
   * `best.safetensors` (the best evaluation's net as it was evaluated: moving averages and running statistics under PyTorch's names)
   * and `last.safetensors` (the whole state under `param.`, `ema.`, `momentum.`, `buffer.`, `method.`).
   */
  readonly checkpoints: string;
}

/** What a finished run leaves. */
export interface FinishedRun {
  readonly meta: EvaluationsMeta;
  readonly labels: Int32Array;
  readonly record: RunRecord;
  readonly state: Readonly<Record<string, StoredTensor>>;
  readonly spool: Spool;
  /** Path of its metrics log. */
  readonly metrics: string;
}

/** Writes the outputs of a finished run: nothing in them depends on when, where or in how many pieces it ran. */
export async function writeOutputs(paths: OutputPaths, run: FinishedRun): Promise<void> {
  const { record, spool } = run;
  await writeEvaluationsMeta(paths.evaluations, run.meta, { labels: run.labels });
  for (const { step } of record.evaluations) {
    const to = join(paths.evaluations, evaluationFile(step));
    await spool.copy(spooled.evaluation(record.phase, step), to);
  }
  await Deno.copyFile(run.metrics, join(paths.evaluations, "metrics.jsonl"));
  for (const step of logitsSteps(record)) {
    await spool.copy(spooled.logits(record.phase, step), join(paths.logits, logitsFile(step)));
  }
  const best = spooled.best(record.phase, bestStep(record)!);
  await spool.copy(best, join(paths.checkpoints, "best.safetensors"));
  await Deno.writeFile(
    join(paths.checkpoints, "last.safetensors"),
    encodeWeights(run.state, { step: String(record.step) }),
  );
}
