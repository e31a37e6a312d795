/** Writes logs' heads, running and failure records for a runner; a full disk costs records, never the run. */
import { removePath, replaceFile } from "./atomic.ts";
import type { GraphNode } from "./graph.ts";
import { shortKey } from "./hash.ts";
import type { FailureRecord, RunningRecord } from "./records.ts";
import type { Progress } from "./stage.ts";
import type { Store } from "./store.ts";

const intervalMilliseconds = 1000;

/** Keeps the records of the nodes that one runner has in work. */
export class Recorder {
  readonly #store: Store;
  readonly #active = new Map<
    GraphNode,
    { started: string; progress?: Progress; written: boolean }
  >();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The node's log is there before anything runs. */
  start(node: GraphNode, { key }: { readonly key: string }): void {
    const started = new Date().toISOString();
    this.#active.set(node, { started, written: false });
    this.log(
      node,
      `--- ${started} ${node.label}, recipe ${shortKey(node.recipe)}, key ${shortKey(key)}`,
    );
    this.#timer ??= setInterval(() => this.#write(), intervalMilliseconds);
  }

  progress(node: GraphNode, progress: Progress): void {
    const active = this.#active.get(node);
    if (active) active.progress = progress;
  }

  end(node: GraphNode): void {
    const active = this.#active.get(node);
    this.#active.delete(node);
    if (active?.written) attempt(() => removePath(this.#store.running(node.recipe)));
  }

  log(node: GraphNode, line: string): void {
    attempt(() =>
      Deno.writeTextFileSync(this.#store.log(node.recipe), `${line}\n`, { append: true })
    );
  }

  fail(
    node: GraphNode,
    failure: { readonly message: string; readonly lastLines: readonly string[] },
  ): void {
    const record: FailureRecord = {
      label: node.label,
      message: failure.message,
      log: this.#store.log(node.recipe),
      lastLines: failure.lastLines,
      time: new Date().toISOString(),
    };
    attempt(() =>
      replaceFile(this.#store.failure(node.recipe), JSON.stringify(record, undefined, 2))
    );
  }

  clearFailure(node: GraphNode): void {
    attempt(() => removePath(this.#store.failure(node.recipe)));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const node of [...this.#active.keys()]) this.end(node);
  }

  #write(): void {
    const updated = new Date().toISOString();
    for (const [node, active] of this.#active) {
      const { started, progress } = active;
      const base = { label: node.label, pid: Deno.pid, started, updated };
      const record: RunningRecord = progress === undefined ? base : { ...base, progress };
      active.written = true;
      attempt(() => replaceFile(this.#store.running(node.recipe), JSON.stringify(record)));
    }
  }
}

/** Records are for people to read: not being able to write one must not stop the work that they describe. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The disk is full, or the store has gone: the workers find out and say so.
  }
}
