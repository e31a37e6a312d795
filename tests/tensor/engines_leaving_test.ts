import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { testedEngines } from "./tested_engines.ts";

/** Without the care that is taken, every third process or so ended in a segmentation fault. */
const TIMES = 4;

// These compute nothing while JavaScript runs.
const SYNCHRONOUS = ["wasm", "tfjs-node-gpu"];

for (
  const { name, isInstalled } of testedEngines.filter(({ name }) => !SYNCHRONOUS.includes(name))
) {
  Deno.test({
    name: `leaveOnUncaughtErrors() ends a process in the middle of a step by its error: ${name}${
      isInstalled ? "" : " (skipped: not installed)"
    }`,
    ignore: !isInstalled,
    fn: async () => {
      for (let i = 0; i < TIMES; i++) {
        const { code, signal, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [
            ...["run", "--quiet", "--no-prompt", "--no-check"],
            ...["read", "write", "env", "ffi", "sys"].map((name) => `--allow-${name}`),
            fileURLToPath(new URL("leave_in_flight.ts", import.meta.url)),
            name,
          ],
          cwd: fileURLToPath(new URL("../..", import.meta.url)),
        }).output();
        assert.deepEqual({ code, signal }, { code: 1, signal: null });
        const said = new TextDecoder().decode(stderr);
        assert.match(said, /^error: Uncaught Error: in the middle of a step\n/);
      }
    },
  });
}
