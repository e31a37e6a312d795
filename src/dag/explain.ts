/** Why a node is not cached: its key's components against those of the nearest older result. */
import { compareComponents, componentsOfManifest, componentsOfNode } from "./components.ts";
import type { GraphNode } from "./graph.ts";
import type { Manifest } from "./manifest.ts";
import { familiesOf, type Plan, type PlanNode } from "./plan.ts";

export interface Explanation {
  /** The older result that it was compared with. */
  readonly nearest?: Manifest;
  /** What differs, one line each; or why there is nothing to compare with. */
  readonly changes: readonly string[];
}

/** Candidates beyond this number (newest first) are not compared. */
const compared = 16;
const histories = new WeakMap<Plan, ReadonlyMap<string, readonly Manifest[]>>();

/** Explains a node of a plan; for a cached one `changes` is empty. */
export function explainNode(plan: Plan, planned: PlanNode): Explanation {
  if (planned.object) return { nearest: planned.object.manifest, changes: [] };
  const { resolution, node, key } = planned;
  if (key !== null && plan.store.isDamaged(key, familiesOf(node, plan.engine))) {
    return { changes: ["the manifest.json of its stored result is damaged"] };
  }
  const now = componentsOfNode(node, resolution.kind === "known" ? resolution.inputs : undefined);
  let best: { nearest: Manifest; changes: readonly string[] } | undefined;
  for (const manifest of candidates(plan, node)) {
    const changes = compareComponents(componentsOfManifest(manifest, node.stage), now);
    if (!best || changes.length < best.changes.length) best = { nearest: manifest, changes };
  }
  if (!best) return { changes: [`no result of stage ${node.stage.name} is stored yet`] };
  if (best.changes.length > 0) return best;
  const { family } = best.nearest;
  const reason = resolution.kind !== "known"
    ? planned.note
    : plan.engine.given && node.stage.engine && family !== plan.engine.family
    ? `engine: a result of ${family} is stored, asked for is ${plan.engine.family}`
    : "nothing differs: its stored result was removed or is damaged";
  return { ...best, changes: [reason] };
}

/** Older results of the stage, newest first: of the same label, else of the same cells, else all. */
function candidates(plan: Plan, node: GraphNode): readonly Manifest[] {
  let history = histories.get(plan);
  if (!history) {
    history = readHistory(plan);
    histories.set(plan, history);
  }
  const { stage: { name }, label, cells } = node;
  const sameLabel = history.get(`${name}\n${label}`);
  const sameCell = cells.map((cell) => history.get(`${name}\ncell ${cell}`)).find((found) => found);
  return (sameLabel ?? sameCell ?? history.get(name) ?? []).slice(0, compared);
}

function readHistory(plan: Plan): Map<string, Manifest[]> {
  const history = new Map<string, Manifest[]>();
  const manifests = Array.from(plan.store.objects(), ({ manifest }) => manifest);
  manifests.sort((a, b) => (a.run.finished < b.run.finished ? 1 : -1));
  for (const manifest of manifests) {
    const { stage, label, cells } = manifest;
    for (
      const id of [
        stage,
        `${stage}\n${label}`,
        ...cells.map((cell) => `${stage}\ncell ${cell}`),
      ]
    ) {
      const found = history.get(id);
      if (found) found.push(manifest);
      else history.set(id, [manifest]);
    }
  }
  return history;
}
