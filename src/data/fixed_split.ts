import { UserError } from "../errors.ts";
import { type ClassCounts, countLabels } from "./counts.ts";
import type { SplitIndices } from "./split_indices.ts";

/** A request for a split whose images the source has chosen. */
export interface FixedSplitOptions {
  /** Class of every image, in the data set's order. */
  readonly labels: ArrayLike<number>;
  /** 1 labelled, 0 unlabelled. */
  readonly fixed: Uint8Array;
  /** null where a share of every class is asked for: a source that fixes its split has no shares. */
  readonly labelled: ClassCounts | null;
  readonly unlabelled: ClassCounts | "rest" | "all" | null;
  readonly classes: number;
}

/** The split that the source fixes, in the source's order. Throws a UserError naming both counts if another one is asked for. */
export function fixedSplit(options: FixedSplitOptions): SplitIndices {
  const { labels, fixed, classes } = options;
  const pick = (flag: number) =>
    Int32Array.from({ length: fixed.length }, (_, i) => i).filter((i) => fixed[i] === flag);
  const split = { labelled: pick(1), unlabelled: pick(0) };
  const count = (part: "labelled" | "unlabelled") =>
    countLabels(split[part].values().map((i) => labels[i]!), classes);
  const problem = fixedSplitProblem(options, {
    labelled: count("labelled"),
    unlabelled: count("unlabelled"),
  });
  if (problem !== null) throw new UserError(problem);
  return options.unlabelled === null ? { ...split, unlabelled: new Int32Array(0) } : split;
}

/** Why a request cannot be met by a fixed split, or null if it can. */
export function fixedSplitProblem(request: {
  readonly labelled: ClassCounts | null;
  readonly unlabelled: ClassCounts | "rest" | "all" | null;
}, found: { readonly labelled: ClassCounts; readonly unlabelled: ClassCounts }): string | null {
  if (request.labelled === null) {
    return `The data comes with a fixed split of ${
      found.labelled.join(" ")
    } labelled images per class, but a share of every class was asked for`;
  }
  for (const part of ["labelled", "unlabelled"] as const) {
    const wanted = request[part];
    if (wanted === null || wanted === "rest" || wanted === "all") continue;
    if (wanted.length === found[part].length && wanted.every((n, c) => n === found[part][c])) {
      continue;
    }
    return `The data comes with a fixed split of ${
      found[part].join(" ")
    } ${part} images per class, ` +
      `but ${wanted.join(" ")} were asked for`;
  }
  return null;
}
