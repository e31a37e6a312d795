import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { permissions } from "../cli/command.ts";
import { testedEngines } from "./tested_engines.ts";

/** The smallest, so that 2,000 steps take seconds: what an engine leaves behind it leaves behind in every step. */
const BATCH = 1;
const STEPS = 2000;

/**
 * Little room for JavaScript's young objects: taking and returning it would be as large as what the test looks for. Pages of collected objects
 * go back after a second: V8 keeps them for 8, in which hundreds of steps pass.
 */
const V8_FLAGS =
  "--expose-gc,--min-semi-space-size=1,--max-semi-space-size=1,--memory-pool-timeout=1";

for (const { name, isInstalled } of testedEngines) {
  Deno.test({
    name: `Executable.run() takes no more memory after ${STEPS} steps: ${name}${
      isInstalled ? "" : " (skipped: not installed)"
    }`,
    ignore: !isInstalled,
    fn: async () => {
      // In a process of its own: others would count too.
      const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-prompt", "--no-check", `--v8-flags=${V8_FLAGS}`],
          ...permissions,
          fileURLToPath(new URL("memory_flat.ts", import.meta.url)),
          ...[name, String(BATCH), String(STEPS)],
        ],
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
      }).output();
      const decoder = new TextDecoder();
      assert.ok(success, decoder.decode(stderr));
      assert.equal(decoder.decode(stderr), "", "a library writes to the terminal");
      const { bytes: [before, after], scalars } = JSON.parse(decoder.decode(stdout)) as {
        readonly bytes: readonly [number, number];
        readonly scalars: readonly number[];
      };
      // Less is no leak: what building the program took may be given back late.
      assert.ok(after - before <= 0.02 * before, `${before} bytes, later ${after}`);
      assert.ok(scalars.length > 0 && scalars.every(Number.isFinite), String(scalars));
    },
  });
}
