import { join } from "node:path";

/** What is recorded beside every result: the command, and the commit where the project is a git checkout. */
export function provenance(project: string, args: readonly string[]): Record<string, string> {
  const command = ["deno task", ...args].join(" ");
  const commit = readCommit(join(project, ".git"));
  return commit === undefined ? { command } : { command, commit };
}

function readCommit(git: string): string | undefined {
  const head = readText(join(git, "HEAD"))?.trim();
  if (head === undefined) return undefined;
  const [, ref] = /^ref: (.+)$/.exec(head) ?? [];
  if (ref === undefined) return head;
  const loose = readText(join(git, ref))?.trim();
  if (loose !== undefined) return loose;
  const packed = readText(join(git, "packed-refs")) ?? "";
  return packed.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}
