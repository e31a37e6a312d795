import {
  explainNode,
  type Manifest,
  nodeStatus,
  type Plan,
  type PlanNode,
  type Store,
} from "../dag/mod.ts";
import { interruptionOf } from "../sweep/interruption.ts";

/** What `explain --json` gives of a node. */
export function nodeJson(plan: Plan, planned: PlanNode) {
  const { node, key, state, object, note } = planned;
  const { failure } = nodeStatus(plan, planned, { now: Date.now() });
  const stopped = interruptionOf(plan, planned);
  const { nearest, changes } = explainNode(plan, planned);
  const interruption = failure ? undefined : stopped?.text;
  const isCompared = object === undefined && state !== "impossible" && interruption === undefined;
  return {
    stage: node.stage.name,
    label: node.label,
    state,
    recipe: node.recipe,
    key,
    reason: interruption ?? (note === "" ? changes.join("; ") : note),
    compared_with: isCompared ? nearest?.key ?? null : null,
    changes: isCompared ? changes : [],
    log: failure?.log ?? stopped?.log ?? null,
    last_lines: failure?.lastLines ?? [],
    checkpoint: stopped?.checkpoint ?? null,
    progress: stopped ? { done: stopped.step, total: stopped.steps, unit: "steps" } : null,
    result: object ? resultJson(object.manifest, plan.store) : null,
  };
}

/** A stored result: where it and its log lie, and all that its manifest says. */
export function resultJson(manifest: Manifest, store: Store) {
  const { key, family, recipe } = manifest;
  return { path: store.object(key, family), log: store.log(recipe), manifest };
}
