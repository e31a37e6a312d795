/** Paths and file URLs, with `/` in everything that is stored. */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export function fromFileUrl(url: string): string {
  return fileURLToPath(url);
}

export function toFileUrl(path: string): string {
  return pathToFileURL(path).href;
}

/** `path` as seen from `root`. */
export function relativePath(root: string, path: string): string {
  return relative(root, path).replaceAll("\\", "/");
}
