/** What SC-SSL derives from the estimated unlabelled distribution. */
import { UserError } from "../errors.ts";
import { effectiveNumberWeights } from "./effective_number.ts";
import type { MethodContext } from "./method.ts";
import { type Anchor, anchors, EXPANSION, nearestAnchor } from "./scssl_anchors.ts";
import type { ScsslParams } from "./scssl_params.ts";
import { type ThresholdHead, type ThresholdPlan, thresholdPlan } from "./scssl_thresholds.ts";

/** Classes predicted by logits [M,K] after the head's bias [K] is taken away (eq. 5), counted: N^e, [K]. */
export function countPredictions(
  logits: Float32Array,
  bias: ArrayLike<number>,
): Int32Array {
  const classes = bias.length;
  const counts = new Int32Array(classes);
  for (let row = 0; row < logits.length; row += classes) {
    let best = 0;
    let highest = -Infinity;
    for (let k = 0; k < classes; k++) {
      const score = logits[row + k]! - bias[k]!;
      if (score > highest) {
        highest = score;
        best = k;
      }
    }
    counts[best]!++;
  }
  return counts;
}

/** The settings that hold from the end of the estimation on. */
export interface Outcome {
  readonly anchor: Anchor;
  readonly c: number;
  readonly thresholds: Readonly<Record<ThresholdHead, ThresholdPlan>>;
  /** Of the unlabelled terms by pseudo-label, [K]. */
  readonly classWeights: readonly number[];
}

/** Anchor, expansion factor, thresholds and class weights that follow from the counts N^e. */
export function outcomeOf(
  estimated: ArrayLike<number>,
  { params, context }: { readonly params: ScsslParams; readonly context: MethodContext },
): Outcome {
  const { labelledCounts, labelledRatio: ratio } = context;
  const counts = Array.from(estimated);
  const candidates = anchors(labelledCounts, { ...params, ratio });
  const anchor = params.anchor === "auto"
    ? nearestAnchor(counts, candidates)
    : candidates.find(({ name }) => name === params.anchor)!;
  const c = params.c === "auto" ? EXPANSION[anchor.name] : params.c;
  const expansion = { c, gammaU: anchor.gammaU, rhoMax: params.rho_max };
  const plan = (head: ThresholdHead) =>
    thresholdPlan(head, { ...params, expansion, labelledCounts });
  return {
    anchor,
    c,
    thresholds: { balanced: plan("balanced"), expansive: plan("expansive") },
    classWeights: classWeights(counts, { params, context }),
  };
}

function classWeights(
  estimated: readonly number[],
  { params, context }: { readonly params: ScsslParams; readonly context: MethodContext },
): readonly number[] {
  if (params.reweight === "none") return estimated.map(() => 1);
  if (params.reweight === "estimated") return effectiveNumberWeights(estimated);
  return effectiveNumberWeights(knownCounts(context));
}

/** The true unlabelled counts. Throws a UserError where the data set does not tell them. */
export function knownCounts(context: MethodContext): readonly number[] {
  if (context.unlabelledCounts === undefined) {
    throw new UserError(
      'scssl: reweight "known" needs the classes of the unlabelled images, which this data set ' +
        'does not tell; use "estimated" or "none"',
    );
  }
  return context.unlabelledCounts;
}
