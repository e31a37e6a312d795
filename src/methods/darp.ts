/** DARP (Kim et al., NeurIPS 2020): pseudo-labels refined to match a class distribution over the whole unlabelled set. */
import * as tf from "@tensorflow/tfjs";
import type { DarpParams } from "./darp_params.ts";
import { matchCounts, removeNoise } from "./darp_refine.ts";
import { epochOf } from "./epoch.ts";
import { flag, stackHosts, withHooks } from "./extend.ts";
import type { ConsistencyTargets, Method, MethodHost, MethodOptions, StepInfo } from "./method.ts";

/** Replaces the base algorithm's hard labels by refined ones after the warm-up. */
export function extend(base: Method, options: MethodOptions<DarpParams>): Method {
  const { classes } = options.context;
  return {
    ...base,
    id: `${base.id}+darp`,
    stepInputs: {
      ...base.stepInputs,
      darp_active: { shape: [] },
      darp_targets: { rows: "unlabelled", shape: [classes] },
    },
    observed: [...base.observed ?? [], "darp_probabilities"],
    losses(inputs) {
      const active = inputs.step!.darp_active!;
      let seen: tf.Tensor2D | undefined;
      const targets = (given: ConsistencyTargets): ConsistencyTargets => {
        seen = given.probabilities;
        const refined = tf.mul(inputs.step!.darp_targets!, active);
        const probabilities = tf.add<tf.Tensor2D>(refined, tf.mul(seen, tf.sub(1, active)));
        return { ...given, probabilities };
      };
      const basic = base.losses(withHooks(inputs, { targets }));
      return { ...basic, observed: { ...basic.observed, darp_probabilities: seen! } };
    },
    host: stackHosts(base.host, darpHost(options)),
  };
}

/** Keeps the tables Q and R, [M,K]. */
function darpHost({ params, context }: MethodOptions<DarpParams>): Partial<MethodHost> {
  const { classes, labelledCounts } = context;
  const labelled = labelledCounts.reduce((sum, n) => sum + n, 0);
  let latest = new Float32Array();
  let refined = new Float32Array();
  let refinements = 0;

  function start(unlabelledCount: number): void {
    if (latest.length === unlabelledCount * classes) return;
    latest = new Float32Array(unlabelledCount * classes).fill(1 / classes);
    refined = latest.slice();
  }

  function refine({ unlabelledCount }: StepInfo): void {
    const targets = labelledCounts.map((count) => (count / labelled) * unlabelledCount);
    const { table } = removeNoise(latest, { targets, alpha: params.darp_alpha });
    const solved = matchCounts(table, { targets, rounds: params.rounds }).table;
    if (!solved.every(Number.isFinite)) return; // the solver's ν overflowed: the last table stays
    refined = Float32Array.from(solved);
    refinements += 1;
  }

  return {
    stepInputs(info) {
      start(info.unlabelledCount);
      const rows = new Float32Array(info.unlabelled.length * classes);
      const active = epochOf(info) > params.warm_up_epochs;
      if (active) {
        if (info.step % params.refine_every === 0) refine(info);
        info.unlabelled.forEach((index, row) =>
          rows.set(refined.subarray(index * classes, (index + 1) * classes), row * classes)
        );
      }
      return { darp_active: flag(active), darp_targets: rows };
    },
    afterStep(info, { darp_probabilities: fresh }) {
      info.unlabelled.forEach((index, row) =>
        latest.set(
          (fresh as Float32Array).subarray(row * classes, (row + 1) * classes),
          index * classes,
        )
      );
    },
    save: () => ({
      darp_latest: latest.slice(),
      darp_refined: refined.slice(),
      darp_refinements: Int32Array.of(refinements),
    }),
    load(saved) {
      latest = Float32Array.from(saved.darp_latest ?? []);
      refined = Float32Array.from(saved.darp_refined ?? []);
      refinements = saved.darp_refinements?.[0] ?? 0;
    },
    report: () => ({ darp_refinements: refinements }),
  };
}
