import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { xlaTest } from "./installed.ts";

xlaTest("XlaExecutable.run() takes no more memory after 2,000 steps", async () => {
  // In a process of its own: others would count too.
  const script = fileURLToPath(new URL("../memory_flat.ts", import.meta.url));
  const permissions = ["read", "env", "ffi", "sys"].map((name) => `--allow-${name}`);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--v8-flags=--expose-gc"],
      ...permissions,
      script,
      "xla",
    ],
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stderr), "", "XLA writes to the terminal");
  const { resident: [before, after], loss } = JSON.parse(new TextDecoder().decode(stdout)) as {
    resident: [number, number];
    loss: number;
  };
  assert.ok(Math.abs(after - before) <= 0.02 * before, `${before} bytes, later ${after}`);
  assert.ok(loss < 1);
});
