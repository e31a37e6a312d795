import { from, op } from "arquero";

/** The result of one seed of one cell, in percent. */
export interface SeedValue {
  readonly cell: string;
  readonly seed: number;
  readonly value: number;
}

/** What the seeds of a cell give together, in percent. */
export interface Statistics {
  readonly count: number;
  readonly mean: number;
  /** Population standard deviation over the seeds; null for one seed alone. */
  readonly spread: number | null;
}

/**
 * Mean and population standard deviation of each cell over its seeds. (arquero's `stdev` is the
 * sample one; the paper's columns that can be checked use the population's, arquero's `stdevp`.)
 *
 * @throws if a value is not finite.
 */
export function aggregate(values: readonly SeedValue[]): ReadonlyMap<string, Statistics> {
  for (const { cell, seed, value } of values) {
    if (!Number.isFinite(value)) {
      throw new Error(`internal: seed ${seed} of ${cell} has the value ${value}, not a number`);
    }
  }
  if (values.length === 0) return new Map();
  const rows = from([...values])
    .orderby("cell", "seed")
    .groupby("cell")
    .rollup({ count: op.count(), mean: op.mean("value"), spread: op.stdevp("value") })
    .objects() as { cell: string; count: number; mean: number; spread: number | undefined }[];
  return new Map(rows.map(({ cell, count, mean, spread }) => {
    return [cell, { count, mean, spread: count < 2 ? null : spread ?? 0 }];
  }));
}
