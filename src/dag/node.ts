/** How callers describe a graph: nodes by value, wired through references to outputs. */
import type { Stage } from "./stage.ts";

/** One output of another node. */
export interface InputRef {
  readonly node: NodeSpec;
  readonly output: string;
  /**
   * Only for list inputs: take the output if it is in the store, or comes to be there because something else needs
   * it; otherwise it is absent for this reason, and nothing runs for it.
   */
  readonly ifCached?: string;
}

/** An item of a list input that cannot be had; the reason is part of the keys. */
export interface AbsentRef {
  readonly absent: string;
}

/** One node as wanted by a caller. The same work described twice (equal recipes) is merged. */
export interface NodeSpec {
  readonly stage: Stage;
  /** Parsed with the stage's schema before anything else, so defaults may be left out. */
  readonly params: unknown;
  readonly inputs: Readonly<Record<string, InputRef | readonly (InputRef | AbsentRef)[]>>;
  /** Short name for people, the same whatever the parameters are: `train fixmatch c10-consistent-500 seed 0`. */
  readonly label: string;
  /** Ids of the table cells that need it. */
  readonly cells: readonly string[];
  /** Why it cannot run here (no such method, data set absent); a stored result still counts. */
  readonly impossible?: string;
}
