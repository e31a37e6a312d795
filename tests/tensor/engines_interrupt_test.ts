import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultPlaces } from "../../src/engines/mod.ts";
import { inWorkplace, runCommand } from "../cli/command.ts";
import { noEngines } from "../no_engines.ts";
import { filesBelow } from "../stages/fake_context.ts";
import { testedEngines } from "./tested_engines.ts";

const sweep = `version: 1
axes: {seed: [0]}
defaults:
  net: wrn-10-1
  steps: 60
  batch: 4
  ema: 0.9
  bn_momentum: 0.1
  evaluate_every: 30
  checkpoint_every: 5
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
const permissions = ["read", "write", "run", "ffi", "sys", "env"].map((name) => `--allow-${name}`);

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

/** Runs a command and, when a training has got as far as a checkpoint, sends it and its workers what Ctrl-C sends; the exit code. */
async function runAndInterrupt(
  args: readonly string[],
  { cwd, store }: { readonly cwd: string; readonly store: string },
): Promise<number> {
  const pipeline = fileURLToPath(new URL("../../pipeline.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, pipeline, ...args],
    cwd,
    env: { NO_COLOR: "1", ...noEngines, ...env },
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  const watch = setInterval(() => {
    if (!hasCheckpoint(store)) return;
    clearInterval(watch);
    for (const pid of [child.pid, ...descendants(child.pid)]) Deno.kill(pid, "SIGINT");
  }, 5);
  const { code } = await child.status;
  clearInterval(watch);
  return code;
}

// Those that the command line finds; tests/e2e interrupts wasm.
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
        const whole = await runCommand(argumentsFor(store), { cwd: folder, env });
        assert.equal(whole.code, 0, whole.stderr);
        const other = join(folder, "other");
        const stopped = { cwd: folder, store: other };
        assert.equal(await runAndInterrupt(argumentsFor(other), stopped), 130);
        assert.ok(hasCheckpoint(other));
        const again = await runCommand(argumentsFor(other), { cwd: folder, env });
        assert.equal(again.code, 0, again.stderr);
        const logs = await filesBelow(join(other, "logs"));
        const said = Object.values(logs).map((bytes) => new TextDecoder().decode(bytes)).join("\n");
        assert.match(said, /Resuming at step \d+ of 60/);
        const expected = await outputsOf(store, name);
        assert.ok(Object.keys(expected).length > 5);
        assert.deepEqual(await outputsOf(other, name), expected);
      }),
  });
}
