import type { z } from "zod";

/** What a running stage reports about itself; every field but `done` and `total` is optional. */
export interface Progress {
  /** Work done and in all, in `unit`s. */
  readonly done: number;
  readonly total: number;
  /** The unit's name in the plural, "steps" unless said otherwise. */
  readonly unit?: string;
  readonly loss?: number;
  /** Current accuracy of the primary output, in percent. */
  readonly accuracy?: number;
}

/** How a line of a log is treated. */
export interface LogOptions {
  readonly warning?: boolean;
}

/** What a stage's `run` gets. Paths are absolute; everything in it but `params` and the inputs is outside the keys. */
export interface StageContext<P = unknown> {
  readonly params: P;
  /** Directory of a single named input, its bytes verified. Throws if the input is absent or a list. */
  input(name: string): string;
  /** Directories of a list input in declared order; an absent one (a failed or impossible cell) is its reason. */
  inputs(name: string): readonly ({ readonly path: string } | { readonly absent: string })[];
  /** Whether an optional single input was given. */
  hasInput(name: string): boolean;
  /** Directory to write a named output into; it exists and is empty. */
  output(name: string): string;
  /** Survives a crash, belongs to this recipe only, is deleted when the stage is done. Write files by rename. */
  readonly checkpoints: string;
  /** Where raw data sets lie on this machine: data set id -> path. */
  readonly paths: Readonly<Record<string, string>>;
  /** Engine family to compute with; only for stages that declare `engine: true`. */
  readonly engine: string;
  readonly threads: number;
  /** Fires on Ctrl-C, or when the runner is gone: save a checkpoint, then throw `signal.reason`. */
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** Keeps a value beside the result (`run.notes` of its manifest), in no key; the last one under a name counts. */
  record(name: string, value: string): void;
  /** One line into the node's log file; a warning is also shown to the person who runs it. */
  log(line: string, options?: LogOptions): void;
}

/**
 * A stage declaration. Importing its file has no side effect and loads no heavy package: `run` imports those.
 *
 * The file exports it under any name (or as the default); a worker imports the frozen copy of `module` and takes the
 * export whose `name` is the stage's. One file may export several stages.
 */
export interface Stage<P = unknown> {
  readonly name: string;
  /** Raised by hand when the meaning of the outputs changes without a change of code. */
  readonly version: number;
  /** `import.meta.url` of the declaring file: the root of its code digest. */
  readonly module: string;
  readonly params: z.ZodType<P>;
  /** Names of parameters that change no byte of the outputs: `run` gets them, but they are in no key. */
  readonly unkeyed?: readonly string[];
  /** Input names; `list` inputs take any number of outputs and tolerate absent ones. */
  readonly inputs: Readonly<Record<string, "one" | "optional" | "list">>;
  readonly outputs: readonly string[];
  /** Whether its result depends on the tensor engine: stored per engine family. */
  readonly engine?: boolean;
  /** Whether its `threads` are those of all workers together: a stage that the others wait for, and whose bytes no number of threads changes. */
  readonly allCores?: boolean;
  /**
   * URLs of modules that the parameters select (method, net, data set), added to the code digest with all that they
   * import. A `registry.ts` through which `run` finds them does not count itself (see `code.ts`).
   */
  modules?(params: P): readonly string[];
  run(context: StageContext<P>): Promise<void>;
}
