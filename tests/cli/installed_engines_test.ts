import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { chooseEngine, defaultPlaces, locateEngine } from "../../src/engines/mod.ts";
import { inWorkplace, runCommand } from "./command.ts";
import { tiny } from "./tiny_sweep.ts";

/** Environment in which a command finds what this user has installed. */
const env = { XDG_CACHE_HOME: join(defaultPlaces().root, "..", "..") };

for (const engine of ["tensorflow", "xla"] as const) {
  const ignore = Deno.build.os !== "linux" || locateEngine(engine).state !== "ready";
  Deno.test({
    name: `sweep --engine ${engine} makes a table that names it${
      ignore ? ` (skipped: ${engine} is not installed)` : ""
    }`,
    ignore,
    fn: () =>
      inWorkplace({ "tiny.yaml": tiny }, async ({ folder, store, reports }) => {
        const args = ["sweep", "tiny.yaml", "--store", store, "--reports", reports, "--json"];
        const run = async (...more: string[]) => {
          const done = await runCommand([...args, "--jobs", "1", ...more], { cwd: folder, env });
          equal(done.code, 0, done.stderr);
          const { ran, cached } = JSON.parse(done.stdout);
          return { ran, cached };
        };
        deepEqual(await run("--engine", engine), { ran: 6, cached: 0 });
        match(await Deno.readTextFile(join(reports, "tiny.md")), new RegExp(`engine: ${engine}`));
        // Without the flag a result of any engine counts.
        deepEqual(await run(), { ran: 0, cached: 6 });
      }),
  });
}

Deno.test("doctor names a setting of the GPU that means nothing", () =>
  inWorkplace({}, async ({ folder, store }) => {
    const args = ["doctor", "--json", "--store", store, "--engine", "xla", "--device", "cuda"];
    const { code, stdout } = await runCommand(args, {
      cwd: folder,
      env: { RETABLE_CUDA_DETERMINISTIC: "yes" },
    });
    const note = `The environment's RETABLE_CUDA_DETERMINISTIC: expected 0 or 1, found "yes"`;
    equal(code, 1);
    deepEqual(JSON.parse(stdout), [{ good: false, what: "engine xla:cuda", note }]);
  }));

Deno.test({
  name: "doctor --json trains a step on the engine that is named",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inWorkplace({}, async ({ folder, store }) => {
      const run = async (...more: string[]) => {
        const args = ["doctor", "--json", "--store", store, ...more];
        const { stdout } = await runCommand(args, { cwd: folder, env });
        return JSON.parse(stdout) as { good: boolean | null; what: string; note: string }[];
      };
      const { engine } = chooseEngine().candidates[0];
      const [finding, ...none] = await run("--engine", engine);
      deepEqual([finding!.good, finding!.what, none], [true, `engine ${engine}`, []]);
      match(finding!.note, /one step of wrn-10-1, 160 images .*: \d+ ms, loss \d\.\d{3}/);
    }),
});
