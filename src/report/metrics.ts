import { join } from "node:path";
import { z } from "zod";

const metricsSchema = z.object({
  pick: z.string(),
  /** Null where the pick is a mean or median over evaluations. */
  selected_step: z.int().nullable(),
  /** The output that the method is judged by, a key of `outputs`. */
  primary: z.string(),
  outputs: z.record(z.string(), z.object({ top1: z.number().min(0).max(1) })),
  test_count: z.int().min(1),
  official_test_count: z.int().min(1),
  /** Classes without a test image. */
  absent_classes: z.array(z.int().min(0)).default([]),
  engine: z.string(),
  /** Whether the data folder itself says which images are labelled. */
  fixed_split: z.boolean().default(false),
});

/** The part of one run's `metrics.json` that a table uses; accuracies are fractions. */
export type Metrics = z.infer<typeof metricsSchema>;

/** Checks the content of a `metrics.json`; `file` names it in errors. */
export function parseMetrics(value: unknown, options: { file: string }): Metrics {
  const result = metricsSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`internal: ${options.file}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return result.data;
}

/** Reads `metrics.json` of an evaluation's output directory. */
export async function readMetrics(directory: string): Promise<Metrics> {
  const file = join(directory, "metrics.json");
  return parseMetrics(JSON.parse(await Deno.readTextFile(file)), { file });
}
