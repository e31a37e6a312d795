import { UserError } from "../errors.ts";
import type { Position } from "./located.ts";

/** One thing that is wrong with a file, and where. */
export interface Complaint {
  readonly at: Position;
  readonly text: string;
}

const shown = 10;

/** All complaints as one error: a `file:line:column` line each, in the order of the files. */
export function complaintsError(complaints: readonly Complaint[]): UserError {
  const lines = complaints.toSorted((a, b) =>
    a.at.file.localeCompare(b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column
  ).map(({ at, text }) => `${at.file}:${at.line}:${at.column} ${text}`);
  const different = [...new Set(lines)];
  const rest = different.length - shown;
  return new UserError([
    ...different.slice(0, shown),
    ...(rest > 0 ? [`… and ${rest} more`] : []),
  ].join("\n"));
}
