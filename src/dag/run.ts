/** Runs a plan: frozen code, worker processes, one result a node; goes on after failures unless told otherwise. */
import { UserError } from "../errors.ts";
import { isDiskFull } from "./atomic.ts";
import type { Failure, RunEvent, RunOutcome } from "./events.ts";
import { type FaultPoint, faultPoint } from "./fault.ts";
import { freezeCode } from "./freeze.ts";
import type { GraphNode } from "./graph.ts";
import { makeJob } from "./job.ts";
import { countNodes, familiesOf, type Plan } from "./plan.ts";
import { type Outcome, WorkerPool } from "./pool.ts";
import { lastLines } from "./records.ts";
import type { RunOptions } from "./run_options.ts";
import { Recorder } from "./recorder.ts";
import { type ReadyNode, Schedule } from "./schedule.ts";
import { findDamage } from "./verify.ts";

/** A damaged result is made again at most this often in one run. */
const maximumRepairs = 3;

/** Brings every wanted node of a plan into the store. Throws a UserError if the store cannot be written. */
export async function execute(plan: Plan, options: RunOptions): Promise<RunOutcome> {
  if (!Number.isInteger(options.jobs) || options.jobs < 1) {
    throw new UserError(`--jobs: expected a whole number of at least 1, found ${options.jobs}`);
  }
  return await new Run(plan, options).execute();
}

class Run {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #schedule: Schedule;
  readonly #recorder: Recorder;
  readonly #active = new Map<number, GraphNode>();
  readonly #failed: Failure[] = [];
  readonly #ran = new Set<GraphNode>();
  readonly #repairs = new Map<GraphNode, number>();
  readonly #crashed = new Set<GraphNode>();
  #pool: WorkerPool | undefined;
  #copy = "";
  #stopping = false;
  #interrupted = false;
  #nextId = 0;

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#schedule = new Schedule(
      plan,
      (node, key) => plan.store.find(key, familiesOf(node, plan.engine)),
    );
    this.#recorder = new Recorder(plan.store);
  }

  async execute(): Promise<RunOutcome> {
    const started = performance.now();
    const { run, cached, impossible } = countNodes(this.#plan);
    this.#emit({ kind: "begin", toRun: run, cached, impossible });
    if (this.#options.checkRoots) this.#checkRoots();
    if (this.#schedule.hasReady) await this.#work();
    return this.#outcome((performance.now() - started) / 1000);
  }

  async #work(): Promise<void> {
    const { store } = this.#plan;
    const { signal } = this.#options;
    store.prepare();
    this.#fault("runner-before-freeze");
    this.#copy = this.#freeze();
    this.#fault("runner-after-freeze");
    this.#plan.graph.code.cache.save();
    this.#pool = new WorkerPool({
      copy: store.copy(this.#copy),
      recycleBytes: this.#options.recycleBytes ?? 2 ** 31,
      onProgress: (id, progress) => {
        const node = this.#active.get(id);
        if (!node) return;
        this.#recorder.progress(node, progress);
        this.#emit({ kind: "progress", node, progress });
      },
      onWarning: (id, text) => {
        const node = this.#active.get(id);
        if (node) this.#emit({ kind: "warning", node, text });
      },
    });
    const interrupt = () => {
      this.#interrupted = true;
      this.#stop("interrupted");
    };
    if (signal?.aborted) interrupt();
    signal?.addEventListener("abort", interrupt);
    try {
      // Each lane takes the next node as soon as its last one has ended; lanes without work wait for the others.
      const running = new Set<Promise<void>>();
      for (;;) {
        while (!this.#stopping && running.size < this.#options.jobs) {
          const ready = this.#schedule.take();
          if (!ready) break;
          const done: Promise<void> = this.#runOne(ready).finally(() => running.delete(done));
          running.add(done);
        }
        if (running.size === 0) break;
        await Promise.race(running);
      }
    } finally {
      signal?.removeEventListener("abort", interrupt);
      this.#recorder.close();
      await this.#pool.close();
    }
  }

  async #runOne(ready: ReadyNode): Promise<void> {
    const { node, key } = ready;
    const id = this.#nextId++;
    if (this.#plan.store.isDamaged(key, familiesOf(node, this.#plan.engine))) {
      this.#emit({ kind: "corrupt", node, file: "manifest.json" });
    }
    this.#active.set(id, node);
    this.#recorder.start(node, { key });
    if (!ready.wait) this.#emit({ kind: "start", node });
    this.#fault("runner-before-dispatch", node);
    const started = performance.now();
    const outcome = await this.#pool!.run(
      makeJob(ready, { id, plan: this.#plan, copy: this.#copy, run: this.#options }),
    );
    this.#fault("runner-after-result", node);
    this.#active.delete(id);
    this.#recorder.end(node);
    this.#receive(ready, { outcome, wallSeconds: (performance.now() - started) / 1000 });
  }

  #receive(
    ready: ReadyNode,
    ended: { readonly outcome: Outcome; readonly wallSeconds: number },
  ): void {
    const { node, key } = ready;
    const { outcome, wallSeconds } = ended;
    switch (outcome.type) {
      case "done": {
        const { cached } = outcome;
        const object = this.#plan.store.find(key, familiesOf(node, this.#plan.engine));
        if (!object) {
          return this.#fail(node, {
            message: "its result is not in the store any more",
            userError: false,
          });
        }
        if (cached) this.#schedule.cached.add(node);
        else this.#ran.add(node);
        this.#recorder.clearFailure(node);
        this.#emit({ kind: "done", node, cached, wallSeconds });
        return this.#schedule.settle(node, { kind: "done", object });
      }
      case "busy":
        this.#emit({ kind: "busy", node });
        return this.#schedule.putBack(node, { wait: true });
      case "corrupt": {
        const { input, file, movedTo } = outcome;
        const producer = this.#schedule.producer(node, input);
        if (producer) {
          this.#emit({
            kind: "corrupt",
            node: producer,
            file,
            ...(movedTo === undefined ? {} : { movedTo }),
          });
          const repairs = (this.#repairs.get(producer) ?? 0) + 1;
          this.#repairs.set(producer, repairs);
          if (repairs > maximumRepairs) {
            const message =
              `${producer.label}: ${file} was found damaged ${repairs} times in this run; check the disk`;
            return this.#fail(node, { message, userError: false });
          }
        }
        return this.#schedule.unsettle(producer, node);
      }
      case "crashed":
        if (this.#stopping) return;
        this.#recorder.log(node, outcome.message);
        if (this.#crashed.has(node)) {
          return this.#fail(node, { message: outcome.message, userError: false });
        }
        this.#crashed.add(node);
        this.#emit({ kind: "crashed", node, message: outcome.message });
        return this.#schedule.putBack(node, { wait: true });
      case "failed":
        if (outcome.interrupted) return;
        this.#fail(node, outcome);
        if (outcome.diskFull) this.#stop(outcome.message);
    }
  }

  #fail(
    node: GraphNode,
    { message, userError }: { readonly message: string; readonly userError: boolean },
  ): void {
    const log = this.#plan.store.log(node.recipe);
    const failure = { node, message, log, userError };
    this.#failed.push(failure);
    this.#recorder.fail(node, { message, lastLines: lastLines(log) });
    this.#emit({ kind: "failed", failure });
    const reason = `${node.label} failed: ${this.#placeless(message.split("\n")[0]!)}`;
    // Downstream of a stopped run nothing may be tabulated as absent: the next call goes on from here.
    if (this.#options.failFast) this.#stop("a node failed");
    this.#schedule.settle(node, { kind: "failed", reason });
  }

  /** A message without this machine's paths: as the reason of an absence it enters keys and reports. */
  #placeless(message: string): string {
    const { store, graph } = this.#plan;
    const places = { project: graph.code.tree.root, ...this.#options.paths, store: store.root };
    return Object.entries(places).filter(([, path]) => path !== "")
      .sort(([, a], [, b]) => b.length - a.length)
      .reduce((text, [name, path]) => text.replaceAll(path, `<${name}>`), message);
  }

  #stop(reason: string): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#emit({ kind: "stopping", reason });
    this.#pool?.stop(this.#options.graceSeconds ?? 30);
  }

  #freeze(): string {
    const { graph, store } = this.#plan;
    try {
      return freezeCode(graph.nodes, { code: graph.code, store });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      throw new UserError(`the disk that holds ${store.root} is full: ${(error as Error).message}`);
    }
  }

  #checkRoots(): void {
    const { store, graph } = this.#plan;
    for (const node of graph.roots) {
      const state = this.#schedule.settled(node);
      if (state?.kind !== "done") continue;
      const { key, family, outputs } = state.object.manifest;
      for (const output of Object.keys(outputs)) {
        const file = findDamage(store, { key, family, output });
        if (file === undefined) continue;
        store.prepare();
        const movedTo = store.setAside(state.object.path);
        this.#emit({ kind: "corrupt", node, file, ...(movedTo === undefined ? {} : { movedTo }) });
        this.#schedule.unsettle(node, node);
        break;
      }
    }
  }

  #outcome(wallSeconds: number): RunOutcome {
    const impossible = [];
    const blocked = [];
    for (const node of this.#plan.graph.nodes) {
      const state = this.#schedule.settled(node);
      if (!this.#plan.graph.wanted.has(node)) continue;
      if (state?.kind === "impossible") impossible.push({ node, reason: state.reason });
      if (state?.kind === "blocked") blocked.push({ node, reason: state.reason });
    }
    const usage = this.#pool?.usage() ?? { cpuSeconds: 0, peakBytes: 0 };
    return {
      ran: [...this.#ran],
      cached: [...this.#schedule.cached].filter((node) => this.#plan.graph.wanted.has(node)),
      failed: this.#failed,
      impossible,
      blocked,
      interrupted: this.#interrupted,
      wallSeconds,
      workerCpuSeconds: usage.cpuSeconds,
      workerPeakBytes: usage.peakBytes,
      object: (node) => {
        const state = this.#schedule.settled(node);
        return state?.kind === "done" ? state.object : undefined;
      },
    };
  }

  #emit(event: RunEvent): void {
    this.#options.onEvent?.(event);
  }

  #fault(point: FaultPoint, node?: GraphNode): void {
    faultPoint(point, { store: this.#plan.store.root, stage: node?.stage.name ?? "" });
  }
}
