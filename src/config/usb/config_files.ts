import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.ts";

/**
 * The config files at a path: the file itself, or every .yaml and .yml below a folder, by name.
 * @throws UserError for a path that is not there, no YAML file, or a folder without one
 */
export function configFiles(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw new UserError(`${path}: no such file or folder; check the path`);
  }
  if (!isFolder) {
    if (isYaml(path)) return [path];
    throw new UserError(`${path} Expected a .yaml file or a folder of them`);
  }
  const found = below(path);
  if (found.length > 0) return found;
  throw new UserError(`${path} Expected .yaml files in the folder, found none`);
}

function below(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return below(path);
    return entry.isFile() && isYaml(entry.name) ? [path] : [];
  });
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}
