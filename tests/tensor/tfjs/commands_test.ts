import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { inWorkplace, runCommand } from "../../cli/command.ts";
import { tiny } from "../../cli/tiny_sweep.ts";
import { builtCache, reasonAgainst } from "./built_package.ts";

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
    inWorkplace({ "tiny.yaml": tiny }, async ({ folder, store, reports }) => {
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
