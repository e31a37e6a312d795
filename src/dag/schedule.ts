/** Which node comes next: everything about the order of work and nothing about how it is done. */
import { dependencies, type GraphNode } from "./graph.ts";
import { type Plan } from "./plan.ts";
import { type ResolvedInputs, resolveNode, type Settled } from "./resolve.ts";
import type { StoredObject } from "./store.ts";

/** A node that can start now. */
export interface ReadyNode {
  readonly node: GraphNode;
  readonly key: string;
  readonly inputs: ResolvedInputs;
  /** Another runner had it when it was tried: wait for that one. */
  readonly wait: boolean;
}

/** Follows a plan: nodes become ready, are taken, and end. */
export class Schedule {
  readonly #plan: Plan;
  readonly #lookup: (node: GraphNode, key: string) => StoredObject | undefined;
  readonly #settled = new Map<GraphNode, Settled>();
  readonly #consumers = new Map<GraphNode, GraphNode[]>();
  readonly #ready = new Map<GraphNode, { wait: boolean }>();
  readonly #taken = new Set<GraphNode>();
  /** Nodes settled without work: the same content was already there. */
  readonly cached = new Set<GraphNode>();

  /** `lookup` asks the store for a finished result. */
  constructor(plan: Plan, lookup: (node: GraphNode, key: string) => StoredObject | undefined) {
    this.#plan = plan;
    this.#lookup = lookup;
    for (const node of plan.graph.nodes) {
      for (const input of dependencies(node.inputs)) {
        const consumers = this.#consumers.get(input);
        if (consumers) consumers.push(node);
        else this.#consumers.set(input, [node]);
      }
    }
    for (const { node, object } of plan.nodes) {
      if (!object) continue;
      this.#settled.set(node, { kind: "done", object });
      this.cached.add(node);
    }
    for (const node of plan.graph.nodes) this.#advance(node);
  }

  settled(node: GraphNode): Settled | undefined {
    return this.#settled.get(node);
  }

  /** Whether there is anything to start. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Takes the node to start next: those late in the graph first, those of another runner last. */
  take(): ReadyNode | undefined {
    for (;;) {
      let best: GraphNode | undefined;
      for (const [node, { wait }] of this.#ready) {
        const rank = best && Number(this.#ready.get(best)!.wait) - Number(wait);
        if (rank === undefined || rank > 0 || (rank === 0 && node.depth > best!.depth)) best = node;
      }
      if (!best) return undefined;
      const { wait } = this.#ready.get(best)!;
      this.#ready.delete(best);
      const resolution = resolveNode(best, (node) => this.#settled.get(node));
      // An input may have been found damaged since; then this node becomes ready again with it.
      if (resolution.kind === "known") {
        const { key, inputs } = resolution;
        this.#taken.add(best);
        return { node: best, key, inputs, wait };
      }
    }
  }

  /** Puts a taken node back. */
  putBack(node: GraphNode, options: { readonly wait: boolean }): void {
    this.#taken.delete(node);
    this.#ready.set(node, options);
  }

  /** Ends a node and moves those that waited for it. */
  settle(node: GraphNode, state: Settled): void {
    this.#taken.delete(node);
    this.#settled.set(node, state);
    for (const consumer of this.#consumers.get(node) ?? []) this.#advance(consumer);
  }

  /** Puts a taken node back because the result of `producer` is gone and has to be made again first. */
  unsettle(producer: GraphNode | undefined, node: GraphNode): void {
    this.#taken.delete(node);
    if (producer && this.#settled.get(producer)?.kind === "done") {
      this.cached.delete(producer);
      this.#settled.delete(producer);
      this.#advance(producer);
    }
    this.#advance(node);
  }

  /** The input of `node` whose result lies under a content key; undefined if it is being made again already. */
  producer(
    node: GraphNode,
    at: { readonly key: string; readonly family: string },
  ): GraphNode | undefined {
    return dependencies(node.inputs).find((input) => {
      const state = this.#settled.get(input);
      return state?.kind === "done" && state.object.manifest.key === at.key &&
        state.object.manifest.family === at.family;
    });
  }

  #advance(node: GraphNode): void {
    if (this.#settled.has(node) || this.#ready.has(node) || this.#taken.has(node)) return;
    const resolution = resolveNode(node, (input) => this.#settled.get(input));
    if (resolution.kind === "pending") return;
    if (resolution.kind === "known") {
      const object = this.#lookup(node, resolution.key);
      if (object) {
        this.cached.add(node);
        return this.settle(node, { kind: "done", object });
      }
      if (node.impossible === undefined) {
        if (this.#plan.graph.wanted.has(node)) this.#ready.set(node, { wait: false });
        else this.settle(node, { kind: "unwanted", reason: "not asked for" });
        return;
      }
    }
    const reason = resolution.kind === "known" ? node.impossible! : resolution.reason;
    const kind = resolution.kind === "known" ? "impossible" : resolution.kind;
    this.settle(node, { kind, reason });
  }
}
