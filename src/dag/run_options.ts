/** What a caller decides about a run; none of it is part of a key. */
import type { RunEvent } from "./events.ts";

export interface RunOptions {
  /** Worker processes, at least 1. */
  readonly jobs: number;
  /** Stop all work at the first failure. */
  readonly failFast?: boolean;
  /** Cores of a worker. Default: the machine's divided by `jobs`. */
  readonly threads?: number;
  /** Raw data sets: id -> path. */
  readonly paths?: Readonly<Record<string, string>>;
  /** Kept in the manifests: commit, engine digest, command. */
  readonly notes?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: RunEvent) => void;
  /** Fires on Ctrl-C: running stages save and stop. */
  readonly signal?: AbortSignal;
  /** Time for stages to save before their workers are killed. Default 30. */
  readonly graceSeconds?: number;
  /** A worker above this size is replaced after its job. Default 2 GiB. */
  readonly recycleBytes?: number;
  /** Hash the stored results of roots (reports, as a rule) even if nothing reads them in this run. */
  readonly checkRoots?: boolean;
}
