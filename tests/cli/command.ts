import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { noEngines } from "../no_engines.ts";

/** The command line's entry. */
export const pipeline = fileURLToPath(new URL("../../pipeline.ts", import.meta.url));

/** The permissions of the tasks that run something. */
export const permissions = ["read", "write", "run", "ffi", "sys", "env"].map((name) =>
  `--allow-${name}`
);

/** What a finished command left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line in `cwd`, where no engine is installed. One that does not end is stopped after ten minutes: a loaded machine takes its time. */
export async function runCommand(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, pipeline, ...args],
    cwd,
    env: { NO_COLOR: "", ...noEngines, ...env },
    stdin: "null",
    signal: AbortSignal.timeout(600_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A folder for one test, gone after it, with places for a store and for reports that do not exist yet. */
export interface Workplace {
  readonly folder: string;
  readonly store: string;
  readonly reports: string;
}

export async function inWorkplace(
  files: Readonly<Record<string, string>>,
  run: (place: Workplace) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    await run({ folder, store: join(folder, "store"), reports: join(folder, "reports") });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
