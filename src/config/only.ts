import { UserError } from "../errors.ts";
import { suggest } from "./suggest.ts";

/** The axes that `--only` can narrow. */
export const onlyAxes = ["method", "setting", "seed"] as const;
export type OnlyAxis = typeof onlyAxes[number];

/** What `--only` lets run: for each axis that is named the values, any of which will do. */
export interface Only {
  /** As the user wrote it, for messages. */
  readonly text: string;
  readonly axes: Readonly<Partial<Record<OnlyAxis, readonly string[]>>>;
}

const form = 'expected "<axis>=<value>[,<value>]…", such as "method=fixmatch seed=0,1"';

/**
 * Parses the values of all `--only` flags together: different axes must all fit, values of one axis add up.
 * Whether the values exist is checked against a sweep, in `expandSweep`.
 * @throws UserError for an empty or ill-formed text and for an unknown axis
 */
export function parseOnly(texts: readonly string[]): Only {
  const axes: Partial<Record<OnlyAxis, string[]>> = {};
  for (const text of texts) {
    const terms = text.trim().split(/\s+/).filter((term) => term !== "");
    if (terms.length === 0) throw new UserError(`--only is empty: ${form}`);
    for (const term of terms) {
      const { axis, values } = parseTerm(term);
      axes[axis] = [...new Set([...axes[axis] ?? [], ...values])];
    }
  }
  return { text: texts.join(" "), axes };
}

function parseTerm(term: string): { axis: OnlyAxis; values: string[] } {
  const equals = term.indexOf("=");
  if (equals < 1) throw new UserError(`--only "${term}" is ill-formed: ${form}`);
  const axis = term.slice(0, equals);
  const known = onlyAxes.find((name) => name === axis);
  if (known === undefined) {
    throw new UserError(
      `--only "${term}" has the unknown axis "${axis}"${suggest(axis, onlyAxes)}`,
    );
  }
  const values = joinParameters(term.slice(equals + 1).split(","));
  if (values.some((value) => value === "")) {
    throw new UserError(`--only "${term}" has an empty value: ${form}`);
  }
  const wrong = known === "seed" ? values.find((value) => !/^\d+$/.test(value)) : undefined;
  if (wrong !== undefined) {
    throw new UserError(`--only "${term}" has the seed "${wrong}": expected a whole number`);
  }
  return { axis: known, values: known === "seed" ? values.map((v) => String(Number(v))) : values };
}

/** Commas also stand between a method string's parameters: a piece `name=value` goes on with the one before it. */
function joinParameters(pieces: readonly string[]): string[] {
  const values: string[] = [];
  for (const piece of pieces) {
    const last = values.at(-1);
    if (last?.includes("@") && piece.includes("=") && !piece.includes("@")) {
      values[values.length - 1] = `${last},${piece}`;
    } else values.push(piece);
  }
  return values;
}
