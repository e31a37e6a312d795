/** Small files about nodes that failed or are running: for people and other processes, never for decisions about keys. */
import { readIfThere } from "./atomic.ts";
import type { Progress } from "./stage.ts";
import type { Store } from "./store.ts";

/** Why a node failed; removed when it succeeds. */
export interface FailureRecord {
  readonly label: string;
  readonly message: string;
  /** Absolute path of the log. */
  readonly log: string;
  readonly lastLines: readonly string[];
  /** ISO 8601, UTC. */
  readonly time: string;
}

/** A node at work, written by its runner about once a second. */
export interface RunningRecord {
  readonly label: string;
  readonly pid: number;
  readonly started: string;
  readonly updated: string;
  readonly progress?: Progress;
}

/** A runner that has not written for this long is taken for dead. */
export const staleSeconds = 30;

export function readFailure(store: Store, recipe: string): FailureRecord | undefined {
  return readRecord<FailureRecord>(store.failure(recipe));
}

/** The record of a running node; undefined if nothing runs it at `now` (milliseconds since 1970). */
export function readRunning(
  store: Store,
  recipe: string,
  options: { readonly now: number },
): RunningRecord | undefined {
  const record = readRecord<RunningRecord>(store.running(recipe));
  if (record === undefined) return undefined;
  return options.now - Date.parse(record.updated) < staleSeconds * 1000 ? record : undefined;
}

/** The last lines of a log; none if it is not there. */
export function lastLines(path: string, count = 10): string[] {
  const text = readIfThere(path) ?? "";
  return text.split("\n").filter((line) => line !== "").slice(-count);
}

function readRecord<T>(path: string): T | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Cut short by a full disk or a kill.
    return undefined;
  }
}
