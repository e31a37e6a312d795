/** Running the real command line in temporary folders. */
import { join } from "node:path";
import { noEngines } from "../no_engines.ts";

/** The project's root. */
export const project = join(import.meta.dirname!, "../..");

export const permissions = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys",
  "--allow-env",
];

/** What a command did. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command works. */
export interface Place {
  /** A project's root; default: this one. */
  readonly root?: string;
  readonly store: string;
  readonly reports: string;
}

/** Arguments of a Deno process that runs a command of the project. */
export function commandArguments(args: readonly string[], place: Place): string[] {
  const { root = project, store, reports } = place;
  const running = ["reproduce", "sweep"].includes(args[0]!);
  return [
    "run",
    ...permissions,
    join(root, "pipeline.ts"),
    ...args,
    "--store",
    store,
    // The one engine that is always there: an installed one would be taken before it.
    "--engine",
    "wasm",
    ...(running ? ["--reports", reports] : []),
  ];
}

/** Runs a command to its end. */
export async function run(args: readonly string[], place: Place): Promise<Finished> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: commandArguments(args, place),
    cwd: place.root ?? project,
    env: { NO_COLOR: "1", ...noEngines },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** What `--json` says a running command did. */
export interface Summary {
  readonly ran: number;
  /** Of `plan`: nodes that would run. */
  readonly run: number;
  readonly cached: number;
  readonly failed: number;
  readonly impossible: number;
  readonly reports: readonly string[];
}

/** Runs a command with `--json`; throws with its messages unless it ended with `code`. */
export async function runJson(
  args: readonly string[],
  place: Place,
  { code = 0 }: { readonly code?: number } = {},
): Promise<Summary> {
  const finished = await run([...args, "--json"], place);
  if (finished.code !== code) {
    throw new Error(`expected exit code ${code}, found ${finished.code}: ${finished.stderr}`);
  }
  return JSON.parse(finished.stdout);
}

/** A temporary folder with a store and a report folder in it. */
export async function withPlace(
  test: (place: Place & { folder: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "retable-e2e-" });
  try {
    await test({ folder, store: join(folder, "store"), reports: join(folder, "reports") });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Text of every report by file name. */
export function readReports({ reports }: Place): Record<string, string> {
  const names = [...Deno.readDirSync(reports)].map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => [name, Deno.readTextFileSync(join(reports, name))]),
  );
}

/** A copy of what the program consists of, to be edited by a test. */
export async function copyProject(target: string): Promise<void> {
  for (
    const name of [
      "src",
      "stages",
      "configs",
      "paper",
      "data",
      "deno.json",
      "deno.lock",
      "pipeline.ts",
    ]
  ) {
    await copy(join(project, name), join(target, name));
  }
}

async function copy(from: string, to: string): Promise<void> {
  const info = await Deno.stat(from);
  if (info.isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isSymlink) continue;
    await copy(join(from, entry.name), join(to, entry.name));
  }
}

/** A sweep of three methods, one seed, in seconds. */
export const tinySweep = `version: 1
axes: {seed: [0]}
defaults:
  net: wrn-10-1
  steps: 12
  batch: 4
  ema: 0.9
  bn_momentum: 0.1
  evaluate_every: 4
  checkpoint_every: 4
  strong: simple
datasets:
  synthetic:
    synthesis: {classes: 4, size: 8, train_per_class: 40, test_per_class: 5, noise: 0.3, seed: 0}
settings:
  tiny:
    dataset: synthetic
    labelled: {head: 8, ratio: 2}
    unlabelled: {shape: consistent, head: 16, ratio: 2}
methods:
  supervised: {}
  fixmatch: {}
  fixmatch+scssl: {params: {estimation_epochs: 2}}
tables:
  tiny:
    title: Tiny
    rows: {methods: [supervised, fixmatch, fixmatch+scssl]}
    columns: {settings: [tiny]}
`;
