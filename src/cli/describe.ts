import { relative } from "node:path";

/** A path as a person can paste it: relative where it is below the working directory, else whole. */
export function showPath(path: string): string {
  const short = relative(Deno.cwd(), path);
  return short === "" || short.startsWith("..") ? path : short;
}

/** `1 file`, `3 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Parameters in one line: `steps 256, net wrn-10-1, labelled (head 60, ratio 10)`. */
export function showParams(params: unknown): string {
  if (typeof params !== "object" || params === null) return String(params);
  if (Array.isArray(params)) return params.map(nested).join(" ");
  return Object.entries(params).map(([name, value]) => `${name} ${nested(value)}`).join(", ");
}

function nested(value: unknown): string {
  return typeof value === "object" && value !== null ? `(${showParams(value)})` : String(value);
}

/**
 * Names that differ only in their seed, joined: `fixmatch smoke seed 0`, `fixmatch smoke seed 1` become
 * `fixmatch smoke seed 0, 1`.
 */
export function joinSeeds(labels: readonly string[]): string[] {
  const seeds = Map.groupBy(labels, (label) => label.replace(/ seed \d+$/, ""));
  return [...seeds].map(([name, some]) => {
    const numbers = some.map((label) => / seed (\d+)$/.exec(label)?.[1]);
    return numbers.every((seed) => seed !== undefined)
      ? `${name} seed ${numbers.join(", ")}`
      : name;
  });
}
