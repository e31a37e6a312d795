import { type Manifest, type Plan, type PlanNode } from "../dag/mod.ts";
import { roughSeconds } from "./rough_cost.ts";

/** What is still to be done, judged by what was measured on this store. */
export interface Estimate {
  /** Of one worker. */
  readonly seconds: number;
  readonly bytes: number;
  /** Trainings like none that was measured. */
  readonly unknown: number;
  /** Of these trainings, on `wasm`, by arithmetic. */
  readonly roughSeconds: number;
}

interface Cost {
  readonly secondsPerStep: number;
  readonly bytes: number;
}

/** Runs cost the same a step when net, batch and method agree: the part of the parameters that decides the work. */
function size(params: unknown): string {
  const { method, net, batch, unlabelled_ratio: ratio } = params as Record<string, unknown>;
  return JSON.stringify([method, net, batch, ratio]);
}

function steps(params: unknown): number {
  return Number((params as { steps?: number }).steps ?? 1);
}

function costOf(manifest: Manifest): Cost {
  const bytes = Object.values(manifest.outputs)
    .flatMap((output) => output.files)
    .reduce((sum, file) => sum + file.bytes, 0);
  return { secondsPerStep: manifest.run.wallSeconds / steps(manifest.params), bytes };
}

/** Time and disk of a plan's remaining nodes; other stages than training count by the median of their kind. */
export function estimate(plan: Plan): Estimate {
  const measured = new Map<string, Cost[]>();
  const kind = (stage: string, params: unknown) =>
    stage === "train" ? `train ${size(params)}` : stage;
  for (const { manifest } of plan.store.objects()) {
    // Another engine's times say nothing.
    if (![plan.engine.family, "any"].includes(manifest.family)) continue;
    const key = kind(manifest.stage, manifest.params);
    measured.set(key, [...(measured.get(key) ?? []), costOf(manifest)]);
  }
  let seconds = 0;
  let bytes = 0;
  let unknown = 0;
  let rough = 0;
  for (const planned of plan.nodes.filter(toRun)) {
    const { stage, params } = planned.node;
    const costs = measured.get(kind(stage.name, params));
    if (!costs) {
      if (stage.name !== "train") continue;
      unknown++;
      rough += roughSeconds(planned.node);
      continue;
    }
    const cost = costs.toSorted((a, b) => a.secondsPerStep - b.secondsPerStep)[costs.length >> 1]!;
    seconds += cost.secondsPerStep * steps(params);
    bytes += cost.bytes;
  }
  return { seconds, bytes, unknown, roughSeconds: rough };
}

function toRun({ wanted, state }: PlanNode): boolean {
  return wanted && state !== "cached" && state !== "impossible";
}
