import assert from "node:assert/strict";
import { join } from "node:path";
import { defaultPlaces } from "../../src/engines/mod.ts";
import { inWorkplace, permissions, pipeline } from "../cli/command.ts";
import { noEngines } from "../no_engines.ts";
import { filesBelow } from "../stages/fake_context.ts";
import { testedEngines } from "./tested_engines.ts";

/** So many that a process which saw the first checkpoint has seconds to interrupt the rest. */
const steps = 300;

const sweep = `version: 1
axes: {seed: [0]}
defaults:
  net: wrn-10-1
  steps: ${steps}
  batch: 4
  ema: 0.9
  bn_momentum: 0.1
  evaluate_every: 150
  checkpoint_every: 10
  strong: simple
datasets:
  synthetic: {synthesis: {classes: 4, size: 8, train_per_class: 40, test_per_class: 5}}
settings:
  tiny:
    dataset: synthetic
    labelled: {head: 8, ratio: 2}
    unlabelled: {shape: consistent, head: 16, ratio: 2}
methods:
  fixmatch+scssl: {params: {estimation_epochs: 20}}
tables:
  tiny:
    rows: {methods: [fixmatch+scssl]}
    columns: {settings: [tiny]}
`;

/** Environment in which a command finds what this user has installed. */
const env = { XDG_CACHE_HOME: join(defaultPlaces().root, "..", "..") };

/** Outputs of the stages that computed on an engine, by path. */
async function outputsOf(store: string, family: string): Promise<Record<string, Uint8Array>> {
  const files = await filesBelow(join(store, "objects"));
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => path.includes(`/${family}/out/`)),
  );
}

/** Processes below `pid`, children first. */
function descendants(pid: number): number[] {
  const { stdout } = new Deno.Command("ps", { args: ["-eo", "pid=,ppid="] }).outputSync();
  const parents = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    parents.filter(([, of]) => of === parent).flatMap(([child]) => [...below(child), child]);
  return below(pid);
}

function hasCheckpoint(store: string): boolean {
  try {
    return [...Deno.readDirSync(join(store, "checkpoints"))].some(({ name }) =>
      [...Deno.readDirSync(join(store, "checkpoints", name))]
        .some((file) => file.name.startsWith("checkpoint_"))
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function interrupt(pid: number): void {
  try {
    Deno.kill(pid, "SIGINT");
  } catch (error) {
    // It ended meanwhile; its exit code says how.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Starts a command; it has the time that it needs. */
function start(args: readonly string[], cwd: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, pipeline, ...args],
    cwd,
    env: { NO_COLOR: "1", ...noEngines, ...env },
    ...{ stdin: "null", stdout: "null", stderr: "piped" },
  }).spawn();
}

async function runToTheEnd(args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await start(args, cwd).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** Runs a command and, when a training has got as far as a checkpoint, sends it and its workers what Ctrl-C sends. */
async function runAndInterrupt(
  args: readonly string[],
  { cwd, store }: { readonly cwd: string; readonly store: string },
): Promise<void> {
  const child = start(args, cwd);
  const watch = setInterval(() => {
    if (!hasCheckpoint(store)) return;
    clearInterval(watch);
    for (const pid of [child.pid, ...descendants(child.pid)]) interrupt(pid);
  }, 5);
  const { code, stderr } = await child.output();
  clearInterval(watch);
  assert.equal(code, 130, new TextDecoder().decode(stderr));
}

// Those that the command line finds; tests/cli/train_test.ts interrupts wasm.
const engines = testedEngines.filter(({ name }) => name === "tensorflow" || name === "xla");

for (const { name, isInstalled } of engines) {
  Deno.test({
    name: `sweep interrupted in the middle of a step goes on to the same bytes: ${name}${
      isInstalled ? "" : " (skipped: not installed)"
    }`,
    ignore: !isInstalled || Deno.build.os === "windows",
    fn: () =>
      inWorkplace({ "tiny.yaml": sweep }, async ({ folder, store, reports }) => {
        const argumentsFor = (store: string) => [
          ...["sweep", "tiny.yaml", "--reports", reports, "--jobs", "1", "--json"],
          ...["--engine", name, "--threads", "2", "--store", store],
        ];
        await runToTheEnd(argumentsFor(store), folder);
        const other = join(folder, "other");
        await runAndInterrupt(argumentsFor(other), { cwd: folder, store: other });
        assert.ok(hasCheckpoint(other));
        await runToTheEnd(argumentsFor(other), folder);
        const logs = await filesBelow(join(other, "logs"));
        const said = Object.values(logs).map((bytes) => new TextDecoder().decode(bytes)).join("\n");
        assert.match(said, new RegExp(`Resuming at step \\d+ of ${steps}`));
        const expected = await outputsOf(store, name);
        assert.ok(Object.keys(expected).length > 5);
        assert.deepEqual(await outputsOf(other, name), expected);
      }),
  });
}
