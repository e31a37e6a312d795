import type { CalibrationRule } from "./calibration.ts";
import {
  evaluateOutputs,
  type Evaluation,
  type EvaluationsMeta,
  type HeadLogits,
  type OutputRule,
} from "./evaluations.ts";

/** `default` keeps the method's own primary output. */
export type RuleChoice = "default" | CalibrationRule;

/**
 * The output that a rule makes primary: the method's own for `default`, else the same head's output under that rule,
 * which is `declared` already or is added.
 */
export function ruledOutput(
  meta: Pick<EvaluationsMeta, "primary" | "outputs">,
  rule: RuleChoice,
): { readonly output: OutputRule; readonly declared: boolean } {
  const primary = meta.outputs.find((output) => output.name === meta.primary);
  if (!primary) throw new Error(`internal: no output is called ${meta.primary}`);
  if (rule === "default") return { output: primary, declared: true };
  const same = meta.outputs.find((o) => o.head === primary.head && o.rule === rule);
  if (same) return { output: same, declared: true };
  const name = `${primary.head}-${rule}`;
  return { output: { name, head: primary.head, rule }, declared: false };
}

/**
 * One evaluation under a rule: the stored outputs as they are, recomputed where the raw logits are kept, and the rule's
 * output. Undefined where a new rule would need logits that are not kept.
 */
export function recalibrate(
  evaluation: Evaluation,
  rule: RuleChoice,
  { meta, labels, heads }: {
    readonly meta: EvaluationsMeta;
    readonly labels: Int32Array;
    readonly heads?: Readonly<Record<string, HeadLogits>>;
  },
): Evaluation | undefined {
  const { output, declared } = ruledOutput(meta, rule);
  if (!heads) return declared ? evaluation : undefined;
  const outputs = declared ? meta.outputs : [...meta.outputs, output];
  return {
    step: evaluation.step,
    outputs: evaluateOutputs(heads, labels, { ...meta, outputs }),
  };
}
