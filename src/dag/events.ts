/** What a run reports while it goes on, and what it amounts to in the end. */
import type { GraphNode } from "./graph.ts";
import type { Progress } from "./stage.ts";
import type { StoredObject } from "./store.ts";

export type RunEvent =
  | {
    readonly kind: "begin";
    readonly toRun: number;
    readonly cached: number;
    readonly impossible: number;
  }
  | { readonly kind: "start"; readonly node: GraphNode }
  | { readonly kind: "progress"; readonly node: GraphNode; readonly progress: Progress }
  /** Something that the node's stage wants a person to know. */
  | { readonly kind: "warning"; readonly node: GraphNode; readonly text: string }
  /** `cached`: the same content was there, or another runner made it. */
  | {
    readonly kind: "done";
    readonly node: GraphNode;
    readonly cached: boolean;
    readonly wallSeconds: number;
  }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** Another runner is at work on this node. */
  | { readonly kind: "busy"; readonly node: GraphNode }
  /** A stored output of `node`, or its manifest, was damaged; it is made again. */
  | {
    readonly kind: "corrupt";
    readonly node: GraphNode;
    readonly file: string;
    readonly movedTo?: string;
  }
  /** A worker died during `node`, which is tried once more. */
  | { readonly kind: "crashed"; readonly node: GraphNode; readonly message: string }
  | { readonly kind: "stopping"; readonly reason: string };

export interface Failure {
  readonly node: GraphNode;
  readonly message: string;
  /** Absolute path of the log. */
  readonly log: string;
  /** The user's mistake: no stack trace is wanted. */
  readonly userError: boolean;
}

export interface RunOutcome {
  readonly ran: readonly GraphNode[];
  readonly cached: readonly GraphNode[];
  readonly failed: readonly Failure[];
  readonly impossible: readonly { readonly node: GraphNode; readonly reason: string }[];
  /** Not run because of a failure before them. */
  readonly blocked: readonly { readonly node: GraphNode; readonly reason: string }[];
  readonly interrupted: boolean;
  readonly wallSeconds: number;
  /** Of all workers together. */
  readonly workerCpuSeconds: number;
  readonly workerPeakBytes: number;
  /** The stored result of a node; undefined if it has none. */
  object(node: GraphNode): StoredObject | undefined;
}
