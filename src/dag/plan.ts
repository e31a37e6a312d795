/** What is there, what would run, and why: reads manifests, writes nothing. */
import { type CodeReader } from "./code.ts";
import { buildGraph, type Graph, type GraphNode } from "./graph.ts";
import type { NodeSpec } from "./node.ts";
import { namesIn } from "./atomic.ts";
import { readFailure, readRunning } from "./records.ts";
import { type Resolution, resolveNode, type Settled } from "./resolve.ts";
import type { Families, Store, StoredObject } from "./store.ts";

export type NodeState = "cached" | "ready" | "waiting" | "running" | "failed" | "impossible";

export interface PlanNode {
  readonly node: GraphNode;
  readonly state: NodeState;
  /** Null while the content of an input is unknown. */
  readonly key: string | null;
  /** The stored result of a cached node. */
  readonly object?: StoredObject;
  readonly resolution: Resolution;
  /** Whether it has to be there (else it is only looked up). */
  readonly wanted: boolean;
  /** Why it is impossible, what it waits for, how it failed; empty for cached and ready nodes (see `explainNode`). */
  readonly note: string;
}

/** Which engine computes, and whether results of others count. */
export interface EngineChoice {
  readonly family: string;
  /** True if the user named it: then only its results count. */
  readonly given: boolean;
  /** The device that the user named, in the engine's own words: part of no key. */
  readonly device?: string;
}

export interface Plan {
  readonly graph: Graph;
  readonly store: Store;
  readonly engine: EngineChoice;
  /** In the order of `graph.nodes`. */
  readonly nodes: readonly PlanNode[];
  of(node: GraphNode): PlanNode;
}

/** Plans the nodes that `roots` need. Throws a UserError for a store of an unknown format. */
export function makePlan(
  roots: readonly NodeSpec[],
  options: { readonly store: Store; readonly code: CodeReader; readonly engine: EngineChoice },
): Plan {
  const { store, engine } = options;
  store.check();
  const graph = buildGraph(roots, options.code);
  const records = {
    failed: new Set(namesIn(`${store.root}/failed`)),
    running: new Set(namesIn(`${store.root}/running`)),
  };
  const planned = new Map<GraphNode, PlanNode>();
  const settled = (node: GraphNode) => settledBy(planned.get(node)!);
  for (const node of graph.nodes) {
    planned.set(
      node,
      planNode(node, { store, engine, settled, records, wanted: graph.wanted.has(node) }),
    );
  }
  return {
    graph,
    store,
    engine,
    nodes: [...planned.values()],
    of(node) {
      const found = planned.get(node);
      if (!found) throw new Error(`internal: ${node.label} is not part of this plan`);
      return found;
    },
  };
}

/** Where results of a stage are looked for. */
export function familiesOf(node: GraphNode, engine: EngineChoice): Families {
  if (!node.stage.engine) return { preferred: "any", others: false };
  return { preferred: engine.family, others: !engine.given };
}

/** How many nodes run, are cached and are impossible; nodes that are only looked up do not count. */
export function countNodes(plan: Plan): { run: number; cached: number; impossible: number } {
  const counts = { run: 0, cached: 0, impossible: 0 };
  for (const { state, wanted } of plan.nodes) {
    if (!wanted) continue;
    counts[state === "cached" || state === "impossible" ? state : "run"]++;
  }
  return counts;
}

function planNode(node: GraphNode, options: {
  store: Store;
  engine: EngineChoice;
  settled: (node: GraphNode) => Settled | undefined;
  records: { failed: ReadonlySet<string>; running: ReadonlySet<string> };
  wanted: boolean;
}): PlanNode {
  const { store, engine, wanted, records } = options;
  const resolution = resolveNode(node, options.settled);
  const key = resolution.kind === "known" ? resolution.key : null;
  const base = { node, key, resolution, wanted };
  if (key !== null) {
    const object = store.find(key, familiesOf(node, engine));
    if (object) return { ...base, state: "cached", object, note: "" };
  }
  const impossible = node.impossible ??
    (resolution.kind === "impossible" ? resolution.reason : undefined);
  if (impossible !== undefined) return { ...base, state: "impossible", note: impossible };
  if (records.running.has(`${node.recipe}.json`)) {
    const record = readRunning(store, node.recipe, { now: Date.now() });
    if (record) return { ...base, state: "running", note: `process ${record.pid}` };
  }
  if (records.failed.has(`${node.recipe}.json`)) {
    const record = readFailure(store, node.recipe);
    if (record) return { ...base, state: "failed", note: record.message };
  }
  if (resolution.kind === "pending") {
    const first = resolution.on[0]!.label;
    const more = resolution.on.length - 1;
    return {
      ...base,
      state: "waiting",
      note: `waits for ${first}${more > 0 ? ` and ${more} more` : ""}`,
    };
  }
  return { ...base, state: "ready", note: "" };
}

function settledBy(planned: PlanNode): Settled | undefined {
  if (planned.object) return { kind: "done", object: planned.object };
  if (planned.state === "impossible") return { kind: "impossible", reason: planned.note };
  if (planned.wanted || planned.resolution.kind === "pending") return undefined;
  return { kind: "unwanted", reason: "not asked for" };
}
