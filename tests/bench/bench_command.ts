import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rights = ["read", "write", "run", "ffi", "sys", "env"].map((right) => `--allow-${right}`);

/** Runs `bench` with these arguments. */
export async function runBench(...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...rights, join(root, "pipeline.ts"), "bench"]
      .concat(args),
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
