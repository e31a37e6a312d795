/** Runs one job inside a worker: lock, verify, compute, commit. */
import { exists, isDiskFull, removePath, syncPath, syncTree } from "./atomic.ts";
import { makeContext, producersOf } from "./context.ts";
import { type FaultPoint, faultPoint } from "./fault.ts";
import { digestTree, type TreeDigest } from "./hash.ts";
import { tryLock, waitForLock } from "./lock.ts";
import { formatManifest, type Manifest } from "./manifest.ts";
import type { Job, Result } from "./protocol.ts";
import type { LogOptions, Progress, Stage } from "./stage.ts";
import { Store, storeFormat } from "./store.ts";
import { currentUsage } from "./usage.ts";
import { findDamage } from "./verify.ts";

export interface NodeOptions {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  readonly log: (line: string, options?: LogOptions) => void;
}

/** Does a job and says how it ended; what the stage throws comes through. */
export async function runNode(job: Job, options: NodeOptions): Promise<Result> {
  const store = new Store(job.store);
  const { id } = job;
  const fault = (point: FaultPoint) => faultPoint(point, { store: job.store, stage: job.stage });
  fault("before-lock");
  const path = store.lock(job.recipe);
  const lock = job.wait ? await waitForLock(path, options.signal) : await tryLock(path);
  if (!lock) return { type: "busy", id };
  try {
    fault("after-lock");
    if (store.read(job.key, job.family)) {
      return { type: "done", id, cached: true, usage: currentUsage() };
    }
    for (const input of producersOf(job)) {
      const file = findDamage(store, input);
      if (file === undefined) continue;
      const moved = store.setAside(store.object(input.key, input.family));
      const result = { type: "corrupt", id, input, file } as const;
      return moved === undefined ? result : { ...result, movedTo: moved };
    }
    fault("inputs-verified");
    await compute(job, { ...options, store, fault });
    fault("before-report");
    return { type: "done", id, cached: false, usage: currentUsage() };
  } finally {
    lock.release();
  }
}

async function compute(
  job: Job,
  options: NodeOptions & { store: Store; fault: (point: FaultPoint) => void },
): Promise<void> {
  const { stage, store, fault, log } = options;
  const started = performance.now();
  const scratch = store.scratch(job.recipe);
  const checkpoints = store.checkpoints(job.recipe, job.family);
  const out = `${scratch}/out`;
  removePath(scratch);
  try {
    for (const name of stage.outputs) Deno.mkdirSync(`${out}/${name}`, { recursive: true });
    Deno.mkdirSync(checkpoints, { recursive: true });
    const progress = (at: Progress) => {
      fault("mid-run");
      options.progress(at);
    };
    const recorded = new Map<string, string>();
    const record = (name: string, value: string) => void recorded.set(name, value);
    await stage.run(makeContext(job, { ...options, out, progress, record }));
    fault("outputs-written");
    const outputs: Record<string, TreeDigest> = {};
    for (const name of stage.outputs) outputs[name] = digestTree(`${out}/${name}`);
    const wallSeconds = (performance.now() - started) / 1000;
    Deno.writeTextFileSync(
      `${scratch}/manifest.json`,
      formatManifest(manifestOf(job, { outputs, wallSeconds, recorded })),
    );
    syncTree(scratch);
    fault("before-rename");
    commit(job, store);
    fault("after-rename");
    log(`done in ${wallSeconds.toFixed(1)} s`);
  } catch (error) {
    removePath(scratch);
    if (isDiskFull(error)) {
      throw Object.assign(
        new Error(`the disk that holds ${job.store} is full: ${(error as Error).message}`),
        {
          code: "ENOSPC",
        },
      );
    }
    throw error;
  }
  removePath(checkpoints);
}

function commit(job: Job, store: Store): void {
  const target = store.object(job.key, job.family);
  const parent = target.slice(0, target.lastIndexOf("/"));
  Deno.mkdirSync(parent, { recursive: true });
  // Only one with a damaged manifest can be in the way: another would have been found before.
  if (exists(target)) store.setAside(target);
  Deno.renameSync(store.scratch(job.recipe), target);
  syncPath(parent);
  syncPath(`${store.root}/objects`);
}

function manifestOf(
  job: Job,
  made: {
    readonly outputs: Manifest["outputs"];
    readonly wallSeconds: number;
    readonly recorded: ReadonlyMap<string, string>;
  },
): Manifest {
  const { stage, version, recipe, key, label, cells, params, inputs, code, copy, family } = job;
  return {
    format: storeFormat,
    stage,
    version,
    recipe,
    key,
    label,
    cells,
    params,
    inputs,
    code,
    copy,
    family,
    outputs: made.outputs,
    run: {
      finished: new Date().toISOString(),
      wallSeconds: Math.round(made.wallSeconds * 1000) / 1000,
      peakBytes: currentUsage().peakBytes,
      threads: job.threads,
      deno: Deno.version.deno,
      machine: {
        host: Deno.hostname(),
        system: `${Deno.build.os} ${Deno.osRelease()}`,
        arch: Deno.build.arch,
        cores: navigator.hardwareConcurrency,
        memoryBytes: Deno.systemMemoryInfo().total,
      },
      notes: { ...job.notes, ...Object.fromEntries(made.recorded) },
    },
  };
}
