import { join } from "node:path";
import { loadSweep, profileNames } from "../config/mod.ts";

/** Every sweep file of the project's `configs` folder with its profiles, by name. */
export function sweepFiles(project: string): { file: string; profiles: readonly string[] }[] {
  const folder = join(project, "configs");
  return [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) => isFile && /\.ya?ml$/.test(name))
    .map(({ name }) => join(folder, name))
    .sort()
    .map((file) => ({ file, profiles: profileNames(loadSweep(file, {})) }));
}
