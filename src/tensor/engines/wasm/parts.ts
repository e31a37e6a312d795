/** A part of a range of work. */
export interface Part {
  readonly first: number;
  readonly last: number;
}

/** Into how many parts work is cut at most: a constant, so that results do not depend on the number of threads. */
const MAXIMUM_PARTS = 8;

/** Cuts 0..count into equal parts whose sizes are multiples of `unit` (but for the last). */
export function cut(count: number, unit = 1): readonly Part[] {
  const size = Math.max(unit, Math.ceil(count / MAXIMUM_PARTS / unit) * unit);
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    first: i * size,
    last: Math.min(count, (i + 1) * size),
  }));
}
