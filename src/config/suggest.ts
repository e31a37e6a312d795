import { distance } from "fastest-levenshtein";

const listed = 12;

/** The known name nearest to `name`, if it is near enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const parts = name.split("+").sort().join("+");
  const reordered = known.find((other) => other.split("+").sort().join("+") === parts);
  if (reordered !== undefined) return reordered;
  let best: { other: string; edits: number } | undefined;
  for (const other of known) {
    const edits = distance(name.toLowerCase(), other.toLowerCase());
    if (best === undefined || edits < best.edits) best = { other, edits };
  }
  const limit = Math.max(1, Math.ceil(name.length / 3));
  return best !== undefined && best.edits <= limit && best.edits < name.length
    ? best.other
    : undefined;
}

/**
 * The end of a message about an unknown name, to be put right after it:
 * `: did you mean "x"?`, or the names that there are, or nothing where there are none.
 */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `: did you mean "${near}"?`;
  if (known.length === 0) return "";
  const names = known.slice(0, listed).map((other) => `"${other}"`).join(", ");
  return `: expected one of ${names}${known.length > listed ? ", …" : ""}`;
}
