import { join } from "node:path";
import type { Progress, Stage, StageContext } from "../../src/dag/stage.ts";

/** Where a stage runs and with what. */
export interface FakeOptions {
  /** Directory for outputs and checkpoints. */
  readonly directory: string;
  readonly params: unknown;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Raw data sets. */
  readonly paths?: Readonly<Record<string, string>>;
  readonly engine?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onRecord?: (name: string, value: string) => void;
}

/** Runs a stage by itself, as a worker would: parsed parameters, empty outputs, kept checkpoints. Returns its log. */
export async function runStage<P>(stage: Stage<P>, options: FakeOptions): Promise<string[]> {
  const { directory, inputs = {} } = options;
  const lines: string[] = [];
  const input = (name: string): string => {
    const path = inputs[name];
    if (path === undefined) throw new Error(`no input ${name}`);
    return path;
  };
  const checkpoints = join(directory, "checkpoints.kept");
  await Deno.mkdir(checkpoints, { recursive: true });
  for (const output of stage.outputs) {
    await Deno.remove(join(directory, output), { recursive: true }).catch(() => {});
    await Deno.mkdir(join(directory, output), { recursive: true });
  }
  const context: StageContext<P> = {
    params: stage.params.parse(options.params),
    input,
    inputs: () => [],
    hasInput: (name) => inputs[name] !== undefined,
    output: (name) => join(directory, name),
    checkpoints,
    paths: options.paths ?? {},
    engine: options.engine ?? "wasm",
    threads: 1,
    signal: options.signal ?? new AbortController().signal,
    progress: (progress) => options.onProgress?.(progress),
    record: (name, value) => options.onRecord?.(name, value),
    log: (line) => lines.push(line),
  };
  await stage.run(context);
  return lines;
}

/** Every file below a directory with its bytes. */
export async function filesBelow(directory: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const visit = async (path: string, prefix: string): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory) await visit(join(path, entry.name), `${name}/`);
      else files[name] = await Deno.readFile(join(path, entry.name));
    }
  };
  await visit(directory, "");
  return files;
}
