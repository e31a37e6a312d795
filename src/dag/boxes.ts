/** A plan as a drawing: nodes that differ only in their seed share a box. */
import { dependencies } from "./graph.ts";
import type { NodeState, Plan, PlanNode } from "./plan.ts";

/** One box of the drawing. */
export interface Box {
  readonly id: string;
  /** First line: stage; second: what it is for; third: how many nodes in which states. */
  readonly lines: readonly string[];
  /** The state that needs most attention among its nodes. */
  readonly state: NodeState;
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** Fill and stroke of a state. */
export const stateColours: Readonly<Record<NodeState, readonly [fill: string, stroke: string]>> = {
  cached: ["#d5f0d8", "#3c8d47"],
  ready: ["#fff3c9", "#b58900"],
  waiting: ["#eeeeee", "#888888"],
  running: ["#cfe4fb", "#1f6fc0"],
  failed: ["#fbd3d0", "#c0392b"],
  impossible: ["#e6dcf2", "#7d5ba6"],
};

const attention: readonly NodeState[] = [
  "failed",
  "running",
  "ready",
  "waiting",
  "impossible",
  "cached",
];
/** With more boxes than this, all nodes of a stage share one. */
const maximumBoxes = 80;

/** Groups nodes by stage and cells; a graph that is too large for that by stage alone. */
export function drawPlan(plan: Plan): Drawing {
  const fine = draw(plan, ({ node }) => `${node.stage.name}\n${[...node.cells].sort().join("\n")}`);
  return fine.boxes.length <= maximumBoxes ? fine : draw(plan, ({ node }) => node.stage.name);
}

function draw(plan: Plan, groupOf: (planned: PlanNode) => string): Drawing {
  const groups = new Map<string, PlanNode[]>();
  for (const planned of plan.nodes) {
    const group = groupOf(planned);
    const members = groups.get(group);
    if (members) members.push(planned);
    else groups.set(group, [planned]);
  }
  const ids = new Map([...groups.keys()].map((group, i) => [group, `n${i}`]));
  const arrows = new Map<string, readonly [string, string]>();
  for (const planned of plan.nodes) {
    const to = ids.get(groupOf(planned))!;
    for (const input of dependencies(planned.node.inputs)) {
      const from = ids.get(groupOf(plan.of(input)))!;
      if (from !== to) arrows.set(`${from} ${to}`, [from, to]);
    }
  }
  const boxes = [...groups].map(([group, members]) => toBox(ids.get(group)!, members));
  return { boxes, arrows: [...arrows.values()] };
}

function toBox(id: string, members: readonly PlanNode[]): Box {
  const { node } = members[0]!;
  const counts = attention.flatMap((state) => {
    const count = members.filter((member) => member.state === state).length;
    return count > 0 ? [{ state, count }] : [];
  });
  const cells = new Set(members.flatMap((member) => member.node.cells));
  const subject = members.length === 1
    ? node.label.replace(new RegExp(`^${node.stage.name} `), "")
    : cells.size === 1
    ? [...cells][0]!
    : `${cells.size} cells`;
  const states = counts.map(({ state, count }) => members.length > 1 ? `${count} ${state}` : state);
  return { id, lines: [node.stage.name, subject, states.join(", ")], state: counts[0]!.state };
}
