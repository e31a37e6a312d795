/** The context that a stage's `run` sees, made from a job. */
import { inputsOf, type ManifestInput } from "./manifest.ts";
import type { Job } from "./protocol.ts";
import type { LogOptions, Progress, Stage, StageContext } from "./stage.ts";
import type { Store } from "./store.ts";

export interface ContextOptions {
  readonly stage: Stage;
  readonly store: Store;
  /** Directory that holds one directory an output. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  readonly record: (name: string, value: string) => void;
  readonly log: (line: string, options?: LogOptions) => void;
}

/** Wires a job's inputs and outputs to directories. Asking for an undeclared name throws `internal:`. */
export function makeContext(job: Job, options: ContextOptions): StageContext {
  const { stage, store, out } = options;
  const place = (input: ManifestInput) =>
    "absent" in input
      ? { absent: input.absent }
      : { path: `${store.object(input.key, input.family)}/out/${input.output}` };
  return {
    params: job.params,
    input(name) {
      const input = job.inputs[name];
      if (input === undefined || isList(input)) {
        throw new Error(`internal: stage ${stage.name} has no single input ${name} here`);
      }
      const found = place(input);
      if (found.path === undefined) throw new Error(`input ${name} is absent: ${found.absent}`);
      return found.path;
    },
    inputs(name) {
      const inputs = job.inputs[name] ?? [];
      if (stage.inputs[name] !== "list" || !isList(inputs)) {
        throw new Error(`internal: stage ${stage.name} has no list input ${name}`);
      }
      return inputs.map(place) as ReturnType<StageContext["inputs"]>;
    },
    hasInput(name) {
      const input = job.inputs[name];
      return input !== undefined && !isList(input) && !("absent" in input);
    },
    output(name) {
      if (!stage.outputs.includes(name)) {
        throw new Error(`internal: stage ${stage.name} declares no output ${name}`);
      }
      return `${out}/${name}`;
    },
    checkpoints: store.checkpoints(job.recipe, job.family),
    paths: job.paths,
    engine: job.engine,
    threads: job.threads,
    signal: options.signal,
    progress: options.progress,
    record: options.record,
    log: options.log,
  };
}

/** The inputs of a job that are there, each output once. */
export function producersOf(job: Job) {
  const found = new Map<string, Exclude<ManifestInput, { absent: string }>>();
  for (const input of inputsOf(job)) {
    if (!("absent" in input)) found.set(`${input.key}/${input.family}/${input.output}`, input);
  }
  return [...found.values()];
}

function isList(
  input: ManifestInput | readonly ManifestInput[],
): input is readonly ManifestInput[] {
  return Array.isArray(input);
}
