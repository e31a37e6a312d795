/** A ready node as a job for a worker. */
import { familiesOf, type Plan } from "./plan.ts";
import type { Job } from "./protocol.ts";
import type { RunOptions } from "./run_options.ts";
import type { ReadyNode } from "./schedule.ts";

export function makeJob(
  { node, key, inputs, wait }: ReadyNode,
  options: {
    readonly id: number;
    readonly plan: Plan;
    /** Digest of the frozen copy. */
    readonly copy: string;
    readonly run: RunOptions;
  },
): Job {
  const { id, copy } = options;
  const { graph: { code: { tree } }, store, engine } = options.plan;
  const { stage, recipe, label, cells, params, code } = node;
  const { jobs, paths = {}, notes = {} } = options.run;
  const cores = navigator.hardwareConcurrency;
  const threads = options.run.threads ?? Math.max(1, Math.floor(cores / jobs));
  const all = Math.max(threads, Math.min(cores, jobs * threads));
  return {
    id,
    wait,
    module: tree.relative(tree.path(stage.module)),
    stage: stage.name,
    version: stage.version,
    recipe,
    key,
    family: familiesOf(node, engine).preferred,
    label,
    cells,
    params,
    inputs,
    code,
    copy,
    store: store.root,
    paths,
    engine: engine.device === undefined ? engine.family : `${engine.family}:${engine.device}`,
    threads: stage.allCores === true ? all : threads,
    notes,
  };
}
