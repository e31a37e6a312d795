import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { suggest } from "./suggest.ts";

const paperTables = Array.from({ length: 8 }, (_, index) => `table${index + 1}`);

/** What `reproduce` and its sisters take. */
export const targets: readonly string[] = ["smoke", ...paperTables, "all"];

/** Targets that are named but cannot be made yet. */
const laterTargets: readonly string[] = ["figure3", "figure5"];

/** What a command's argument means. */
export interface Target {
  /** The target, or the sweep file's name without its ending. */
  readonly target: string;
  /** Absolute path of the sweep file. */
  readonly file: string;
  /** Tables of the file; `null` for all. */
  readonly tables: readonly string[] | null;
}

/**
 * Turns a target, or the path of a sweep file, into a file and tables of it.
 * @param options.root the project's folder, which holds `configs/`
 * @throws UserError for an unknown target, one that is not available yet, and a file that is not there
 */
export function resolveTarget(
  argument: string,
  { root, cwd = Deno.cwd() }: { readonly root: string; readonly cwd?: string },
): Target {
  if (/\.ya?ml$/.test(argument)) {
    const file = resolve(cwd, argument);
    if (!existsSync(file)) throw new UserError(`${argument}: no such file; check the path`);
    return { target: basename(argument).replace(/\.ya?ml$/, ""), file, tables: null };
  }
  if (laterTargets.includes(argument)) {
    throw new UserError(
      `Target "${argument}" is not available yet: expected one of ${targets.join(", ")}`,
    );
  }
  if (!targets.includes(argument)) {
    throw new UserError(
      `Unknown target "${argument}"${suggest(argument, targets)}`,
    );
  }
  const name = argument === "smoke" ? "smoke.yaml" : "paper.yaml";
  return {
    target: argument,
    file: join(root, "configs", name),
    tables: argument === "smoke" || argument === "all" ? null : [argument],
  };
}
