import { join } from "node:path";
import type { Progress, Stage } from "../../src/dag/stage.ts";

/** Runs a stage with its outputs below a directory. */
export async function runStage<P>(stage: Stage<P>, options: {
  readonly params: unknown;
  readonly directory: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly paths?: Readonly<Record<string, string>>;
  readonly checkpoints?: string;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}): Promise<void> {
  const { directory, inputs = {}, paths = {} } = options;
  for (const output of stage.outputs) {
    await Deno.mkdir(join(directory, output), { recursive: true });
  }
  await stage.run({
    params: stage.params.parse(options.params),
    input: (name) => inputs[name]!,
    inputs: () => [],
    hasInput: (name) => name in inputs,
    output: (name) => join(directory, name),
    checkpoints: options.checkpoints ?? directory,
    paths,
    engine: "none",
    threads: options.threads ?? 1,
    signal: options.signal ?? new AbortController().signal,
    progress: options.onProgress ?? (() => {}),
    log: () => {},
    record: () => {},
  });
}
