import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { inWorkplace, runCommand } from "../../cli/command.ts";
import { builtCache, reasonAgainst } from "./built_package.ts";

const sweep = `version: 1
axes: {seed: [0]}
defaults: {steps: 2, strong: simple, net: wrn-10-1, batch: 2, evaluate_every: 1, checkpoint_every: 1}
datasets:
  synthetic: {synthesis: {classes: 2, size: 8, train_per_class: 8, test_per_class: 2}}
settings:
  tiny:
    dataset: synthetic
    labelled: {head: 4, ratio: 2}
    unlabelled: {shape: consistent, head: 4, ratio: 2}
methods: {supervised: {}}
tables:
  tiny:
    rows: {methods: [supervised]}
    columns: {settings: [tiny]}
`;

function commandTest(name: string, test: () => Promise<void>): void {
  Deno.test({
    name: `${name}${reasonAgainst ? ` (skipped: ${reasonAgainst})` : ""}`,
    ignore: reasonAgainst !== undefined,
    fn: test,
  });
}

commandTest(
  "sweep --engine tfjs-node-gpu makes a table that names it",
  () =>
    inWorkplace({ "tiny.yaml": sweep }, async ({ folder, store, reports }) => {
      const args = ["sweep", "tiny.yaml", "--store", store, "--reports", reports, "--jobs", "1"];
      const env = { XDG_CACHE_HOME: await builtCache() };
      const { code, stdout, stderr } = await runCommand(
        [...args, "--json", "--engine", "tfjs-node-gpu"],
        { cwd: folder, env },
      );
      equal(code, 0, stderr);
      equal(JSON.parse(stdout).ran, 6);
      match(await Deno.readTextFile(join(reports, "tiny.md")), /engine: tfjs-node-gpu/);
    }),
);

commandTest(
  "engine list and doctor know the package where it is",
  () =>
    inWorkplace({}, async ({ folder, store }) => {
      const env = { XDG_CACHE_HOME: await builtCache() };
      const run = async (...args: string[]) => {
        const { stdout, stderr } = await runCommand([...args, "--json"], { cwd: folder, env });
        equal(stderr, "");
        return JSON.parse(stdout);
      };
      const listed = (await run("engine", "list")).at(-1);
      deepEqual([listed.name, listed.state, listed.command], ["tfjs-node-gpu", "ready", null]);
      const doctor = ["doctor", "--store", store, "--engine", "tfjs-node-gpu"];
      const [{ good, note }] = await run(...doctor);
      equal(good, true, note);
      match(note, /one step of wrn-10-1, .* loss \d\.\d{3}; tfjs-node-gpu finds no GPU/);
    }),
);
