/** The host side of SC-SSL: estimation, then the class-wise thresholds, in float64. */
import type { EpochDecision, EpochEnd, MethodContext, MethodHost } from "./method.ts";
import { countPredictions, knownCounts, type Outcome, outcomeOf } from "./scssl_estimate.ts";
import type { ScsslParams } from "./scssl_params.ts";
import {
  countFalls,
  currentThresholds,
  movingClasses,
  type ThresholdHead,
} from "./scssl_thresholds.ts";

/** Heads that SC-SSL adds with these parameters. */
export function scsslHeads(params: ScsslParams): ThresholdHead[] {
  return params.tau_e === null ? ["balanced"] : ["balanced", "expansive"];
}

/** Whether eq. 8 is applied inside the step's program. */
export function fallsInProgram(params: ScsslParams): boolean {
  return params.thresholds === "c-init" && params.threshold_update === "step";
}

/** Builds the host. Throws a UserError for `reweight: known` without known counts. */
export function scsslHost(
  base: MethodHost,
  { params, context }: { readonly params: ScsslParams; readonly context: MethodContext },
): MethodHost {
  if (params.reweight === "known") knownCounts(context);
  const { classes, labelledCounts } = context;
  const heads = scsslHeads(params);
  const moving = movingClasses(labelledCounts);
  const inProgram = fallsInProgram(params);
  let estimated: Int32Array | undefined;
  let outcome: Outcome | undefined;
  let falls: Int32Array = new Int32Array(classes);

  function setEstimate(counts: Int32Array): void {
    estimated = counts;
    outcome = outcomeOf(counts, { params, context });
  }

  function thresholds(head: ThresholdHead): number[] {
    if (outcome === undefined) return moving.map(() => params.rho_max);
    return currentThresholds(outcome.thresholds[head], { falls, alpha: params.alpha });
  }

  function controls(): Record<string, Float32Array> {
    const values: Record<string, Float32Array> = {
      ...base.controls(),
      class_weights: Float32Array.from(outcome?.classWeights ?? moving.map(() => 1)),
    };
    for (const head of heads) values[`threshold_${head}`] = Float32Array.from(thresholds(head));
    if (!inProgram) return values;
    values.moving = Float32Array.from(outcome === undefined ? moving.map(() => 0) : moving);
    for (const head of heads) {
      values[`floor_${head}`] = Float32Array.from(
        outcome?.thresholds[head].floor ?? thresholds(head),
      );
    }
    return values;
  }

  async function estimate(info: EpochEnd): Promise<EpochDecision> {
    const view = params.estimate_on;
    const logits = (await info.predictUnlabelled({ weights: "ema", view })).balanced!;
    setEstimate(countPredictions(logits, await info.tensor("ema.balanced.bias")));
    return params.after_estimation === "restart" ? "restart" : "controls";
  }

  async function lowerThresholds(info: EpochEnd): Promise<EpochDecision> {
    if (params.thresholds !== "c-init" || params.threshold_update !== "epoch") return "nothing";
    const bias = await info.tensor("param.balanced.bias"); // b_opt of eq. 8
    const before = falls;
    falls = countFalls(falls, { bias, nu: params.nu, moving });
    return falls.some((count, k) => count !== before[k]) ? "controls" : "nothing";
  }

  return {
    ...base,
    controls,
    async onEpochEnd(info) {
      const first = await base.onEpochEnd(info);
      if (estimated === undefined && info.epoch < params.estimation_epochs) return first;
      const second = estimated === undefined ? await estimate(info) : await lowerThresholds(info);
      return strongest(first, second);
    },
    save() {
      return {
        ...base.save(),
        scssl_falls: falls.slice(),
        ...(estimated === undefined ? {} : { scssl_estimated: estimated.slice() }),
      };
    },
    load(saved) {
      base.load(saved);
      falls = Int32Array.from(saved.scssl_falls ?? new Int32Array(classes));
      estimated = undefined;
      outcome = undefined;
      if (saved.scssl_estimated !== undefined) setEstimate(Int32Array.from(saved.scssl_estimated));
    },
    report() {
      const facts: Record<string, unknown> = {
        ...base.report(),
        estimating: outcome === undefined,
      };
      for (const head of heads) facts[`threshold_${head}`] = thresholds(head);
      if (outcome === undefined || estimated === undefined) return facts;
      return {
        ...facts,
        anchor: outcome.anchor.name,
        gamma_u: outcome.anchor.gammaU,
        c: outcome.c,
        estimated_counts: Array.from(estimated),
        class_weights: outcome.classWeights,
      };
    },
  };
}

const DECISIONS: readonly EpochDecision[] = ["nothing", "controls", "restart"];

function strongest(a: EpochDecision, b: EpochDecision): EpochDecision {
  return DECISIONS[Math.max(DECISIONS.indexOf(a), DECISIONS.indexOf(b))]!;
}
