/** What `status` says about a node. */
import type { Plan, PlanNode } from "./plan.ts";
import { lastLines, readFailure, readRunning } from "./records.ts";
import type { Progress } from "./stage.ts";

export interface NodeStatus {
  readonly planned: PlanNode;
  readonly is: "done" | "running" | "failed" | "missing" | "impossible";
  /** How far a running node is. */
  readonly progress?: Progress;
  /** For a failed node: what was thrown, its log and the end of that. */
  readonly failure?: {
    readonly message: string;
    readonly log: string;
    readonly lastLines: readonly string[];
  };
}

/** Status of one node at `now` (milliseconds since 1970). Reads only. */
export function nodeStatus(
  plan: Plan,
  planned: PlanNode,
  options: { readonly now: number },
): NodeStatus {
  const { store } = plan;
  const { recipe } = planned.node;
  switch (planned.state) {
    case "cached":
      return { planned, is: "done" };
    case "impossible":
      return { planned, is: "impossible" };
    case "running": {
      const progress = readRunning(store, recipe, options)?.progress;
      return progress === undefined
        ? { planned, is: "running" }
        : { planned, is: "running", progress };
    }
    case "failed": {
      const record = readFailure(store, recipe);
      const log = store.log(recipe);
      const failure = { message: record?.message ?? planned.note, log, lastLines: lastLines(log) };
      return { planned, is: "failed", failure };
    }
    default:
      return { planned, is: "missing" };
  }
}
