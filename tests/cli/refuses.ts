import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { runCommand } from "./command.ts";

/** Asserts that a command refuses its input with exit code 2 and this message, no stack trace, and nothing written in `folder`. */
export async function assertRefuses(
  args: readonly string[],
  { folder, message, env = {} }: {
    readonly folder: string;
    readonly message: RegExp;
    readonly env?: Record<string, string>;
  },
): Promise<void> {
  const before = await namesBelow(folder);
  const { code, stdout, stderr } = await runCommand(args, { cwd: folder, env });
  equal(code, 2, stderr);
  match(stderr, message);
  doesNotMatch(stderr, /^\s+at .*:\d+/m, "a stack trace");
  doesNotMatch(stderr, /internal/);
  equal(stdout, "");
  deepEqual(await namesBelow(folder), before);
}

/** Paths of all files and folders below a folder, sorted. */
export async function namesBelow(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    names.push(name);
    if (!isDirectory) continue;
    for (const below of await namesBelow(join(folder, name))) names.push(`${name}/${below}`);
  }
  return names.sort();
}
