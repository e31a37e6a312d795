import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { errorAt, type LocatedMap, nodeAt } from "./located.ts";
import { displayPath, readSource } from "./source.ts";
import { suggest } from "./suggest.ts";

/** The format of sweep files that this version reads. */
export const sweepVersion = 1;

/**
 * A sweep file and all that it extends, the furthest first.
 * @throws UserError at the `extends` that names an absent file or closes a circle, and for another format version.
 */
export function readChain(file: string, options: { readonly cwd: string }): LocatedMap[] {
  const layers: LocatedMap[] = [];
  const seen: string[] = [];
  for (let next: string | undefined = resolve(options.cwd, file); next !== undefined;) {
    const current: string = next;
    const layer = readSource(current, options);
    seen.push(current);
    checkVersion(layer);
    layers.unshift(layer);
    next = extended(layer, { current, seen, cwd: options.cwd });
  }
  return layers;
}

function checkVersion(layer: LocatedMap): void {
  const version = layer.entries.get("version");
  if (version === undefined) {
    throw errorAt(layer.at, `Missing key "version": a sweep file says "version: ${sweepVersion}"`);
  }
  const { node } = version;
  if (node.kind !== "scalar" || node.value !== sweepVersion) {
    const found = node.kind === "scalar" ? JSON.stringify(node.value) : `a ${node.kind}`;
    throw errorAt(node.at, `Expected ${sweepVersion} for "version", found ${found}`);
  }
}

function extended(
  layer: LocatedMap,
  { current, seen, cwd }: { current: string; seen: readonly string[]; cwd: string },
): string | undefined {
  const node = nodeAt(layer, ["extends"]);
  if (node === undefined) return undefined;
  if (node.kind !== "scalar" || typeof node.value !== "string" || node.value === "") {
    throw errorAt(node.at, 'Expected a file name for "extends", such as "paper.yaml"');
  }
  const target = resolve(dirname(current), node.value);
  if (seen.includes(target)) {
    const circle = [...seen.slice(seen.indexOf(target)), target].map((each) =>
      displayPath(each, cwd)
    );
    throw errorAt(node.at, `"extends" goes in a circle: ${circle.join(" -> ")}`);
  }
  if (!existsSync(target)) {
    throw errorAt(
      node.at,
      `No such file "${displayPath(target, cwd)}"${suggest(basename(target), siblings(target))}`,
    );
  }
  return target;
}

function siblings(file: string): string[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).sort();
}
