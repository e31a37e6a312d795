import { z } from "zod";

/** Why a cell or a seed has no result, and the short text that stands in the cell for it. */
export const absenceLabels = {
  failed: "failed",
  running: "running",
  "not-run": "not run",
  "no-data": "no data",
  "no-method": "no method",
  impossible: "impossible",
  missing: "missing",
  quoted: "quoted",
} as const;

export type AbsenceCode = keyof typeof absenceLabels;

/** In the order in which one is shown where the seeds of a cell lack for several reasons. */
export const absenceCodes = Object.keys(absenceLabels) as AbsenceCode[];

/** A reason in full: one sentence for the list under the table. */
export const absenceSchema = z.strictObject({
  code: z.enum(absenceCodes),
  reason: z.string().min(1),
});

export type Absence = z.infer<typeof absenceSchema>;

/**
 * Reads a reason as the runner gives it: `code: sentence`, `<node> failed: <error>`, or that a node
 * was not asked for. Any other text is of code "missing".
 */
export function parseAbsence(text: string): Absence {
  const trimmed = text.trim();
  const found = /^([a-z]+(?:[- ][a-z]+)?):\s*(\S[^]*)$/.exec(trimmed);
  const code = found?.[1]?.replace(" ", "-");
  const reason = found?.[2];
  if (code !== undefined && reason !== undefined && Object.hasOwn(absenceLabels, code)) {
    return { code: code as AbsenceCode, reason };
  }
  if (/\S failed: \S/.test(trimmed)) return { code: "failed", reason: trimmed };
  if (trimmed === "not asked for") return { code: "not-run", reason: trimmed };
  return { code: "missing", reason: trimmed === "" ? "No reason was given." : trimmed };
}
