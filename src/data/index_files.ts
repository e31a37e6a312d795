import { resolve } from "node:path";
import { UserError } from "../errors.ts";
import type { LabelledRequest, UnlabelledRequest } from "./count_request.ts";
import { classCounts, countLabels } from "./counts.ts";
import { hashBytes } from "./hash_file.ts";
import { parseNpyList } from "./npy.ts";
import { statFile } from "./official_check.ts";
import { cachedHash, type SourceCache } from "./source_cache.ts";
import type { SplitIndices } from "./split_indices.ts";

/** An index file that was found. */
export interface FoundIndexFile {
  readonly path: string;
  readonly digest: string;
}

/** Name of an index file for a seed: `{seed}` stands for it. */
export function indexFileName(name: string, seed: number): string {
  return name.replaceAll("{seed}", String(seed));
}

/** Finds an index file, its name relative to the folder of the data set. Throws a UserError if it is not there. */
export async function locateIndexFile(name: string, { folder, cache }: {
  readonly folder: string;
  readonly cache: SourceCache;
}): Promise<FoundIndexFile> {
  const path = resolve(folder, name);
  if ((await statFile(path))?.isFile !== true) {
    throw new UserError(`There is no index file ${path}`);
  }
  return { path, digest: `sha256:${await cachedHash(path, { algorithm: "sha256", cache })}` };
}

/**
 * Reads an index file (`lb_labels…_idx.npy` or `ulb_labels…_idx.npy` of a USB or CPE run): positions in the data set's order.
 * Throws a UserError if it is no list of integers, has not the expected digest, or names an image twice or one that is not there.
 */
export async function readIndexFile(path: string, { digest, count }: {
  readonly digest: string;
  readonly count: number;
}): Promise<Int32Array> {
  const bytes = await Deno.readFile(path);
  const found = `sha256:${hashBytes(bytes, "sha256")}`;
  if (found !== digest) {
    throw new UserError(
      `${path} is not what it was when the run was planned: expected ${digest}, found ${found}`,
    );
  }
  const values = parseNpyList(bytes, path);
  const seen = new Set<number>();
  for (const [at, value] of values.entries()) {
    if (value < 0 || value >= count) {
      throw new UserError(
        `${path}: expected indices of 0 to ${count - 1}, found ${value} at position ${at}`,
      );
    }
    if (seen.has(value)) throw new UserError(`${path}: the index ${value} is there twice`);
    seen.add(value);
  }
  return Int32Array.from(values);
}

/** Why index files do not hold what a setting asks for, or null if they do. Counts must agree class by class. */
export function indexFilesProblem(split: SplitIndices, request: {
  readonly labels: ArrayLike<number>;
  readonly labelled: LabelledRequest;
  readonly unlabelled: UnlabelledRequest;
  readonly classes: number;
}): string | null {
  const { labels, classes } = request;
  for (const part of ["labelled", "unlabelled"] as const) {
    const wanted = request[part];
    if (wanted === null || typeof wanted === "string" || "fraction" in wanted) continue;
    const unknown = split[part].find((index) => labels[index] === -1);
    if (unknown !== undefined) {
      return `The index file of the ${part} images names image ${unknown}, whose class is not known`;
    }
    const expected = classCounts(wanted, classes);
    const found = countLabels(split[part].values().map((index) => labels[index]!), classes);
    if (expected.every((n, c) => n === found[c])) continue;
    return `The index file holds ${found.join(" ")} ${part} images per class, ` +
      `but ${expected.join(" ")} are asked for`;
  }
  const labelled = new Set(split.labelled);
  const shared = request.unlabelled === "all"
    ? undefined
    : split.unlabelled.find((index) => labelled.has(index));
  return shared === undefined
    ? null
    : `Image ${shared} is both labelled and unlabelled in the index files`;
}
