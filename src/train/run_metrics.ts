import { groupRecalls, type GroupScalars } from "./class_groups.ts";
import { readEvaluation, readEvaluationsMeta } from "./evaluations.ts";
import type { Scalars } from "./metrics.ts";
import { combineValues, type Pick, pickEvaluations } from "./pick.ts";

/** What `metrics.json` holds. Fractions 0..1 but `loss`. */
export interface RunMetrics {
  readonly pick: Pick;
  /** Steps done at the picked evaluation; of a window, at its last one. */
  readonly selected_step: number;
  readonly primary: string;
  readonly outputs: Readonly<Record<string, Scalars & GroupScalars>>;
  readonly test_count: number;
  /** Classes without a test image, which recalls and what is made of them leave out. */
  readonly absent_classes: readonly number[];
  readonly official_test_count: number;
  readonly fixed_split: boolean;
  /** Step and top-1 of the primary output at every evaluation. */
  readonly curve: readonly (readonly [number, number])[];
  readonly engine: string;
}

/**
 * Picks among the evaluations in a directory by the primary output, or by `output`, and combines every output's scalars
 * over what was picked. Throws an Error if there is no output of that name.
 */
export async function summarizeRun(
  directory: string,
  { pick, output }: { readonly pick: Pick; readonly output?: string | undefined },
): Promise<RunMetrics> {
  const { meta } = await readEvaluationsMeta(directory);
  const primary = output ?? meta.primary;
  const names = meta.outputs.map(({ name }) => name);
  if (!names.includes(primary)) {
    throw new Error(`Expected an output of this run (${names.join(", ")}), found "${primary}"`);
  }
  const evaluations: Record<string, Scalars>[] = [];
  for (const step of meta.steps) {
    const { outputs } = await readEvaluation(directory, { step });
    const scalars = Object.entries(outputs).map(([name, evaluated]) => [name, evaluated.scalars]);
    evaluations.push(Object.fromEntries(scalars));
  }
  const top1 = evaluations.map((scalars) => scalars[primary]!.top1);
  const picked = pickEvaluations(pick, top1);
  const chosen = picked.indices.map((i) => evaluations[i]!)
    .map((scalars) => Object.entries(scalars));
  const outputs: Record<string, Scalars & GroupScalars> = {};
  for (const name of names) {
    const values = chosen.flat().filter(([of]) => of === name).map(([, scalars]) => scalars);
    if (values.length !== chosen.length) continue;
    const scalars = combineScalars(values, picked.combine);
    outputs[name] = { ...scalars, ...groupRecalls(scalars.recalls, meta.class_counts) };
  }
  return {
    pick,
    selected_step: meta.steps[picked.indices.at(-1)!]!,
    primary,
    outputs,
    test_count: meta.test_count,
    absent_classes: outputs[primary]!.recalls.flatMap((recall, k) => recall === null ? [k] : []),
    official_test_count: meta.official_test_count,
    fixed_split: meta.fixed_split,
    curve: meta.steps.map((step, i) => [step, top1[i]!]),
    engine: meta.engine,
  };
}

/** Combines each number by itself over evaluations. */
function combineScalars(all: readonly Scalars[], how: "mean" | "median"): Scalars {
  const of = (read: (scalars: Scalars) => number) => combineValues(all.map(read), how);
  return {
    top1: of((s) => s.top1),
    top5: of((s) => s.top5),
    balanced: of((s) => s.balanced),
    loss: of((s) => s.loss),
    ece: of((s) => s.ece),
    precision: of((s) => s.precision),
    recall: of((s) => s.recall),
    f1: of((s) => s.f1),
    recalls: all[0]!.recalls.map((first, k) =>
      first === null ? null : of((s) => s.recalls[k] ?? NaN)
    ),
  };
}
