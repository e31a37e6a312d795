import assert from "node:assert/strict";
import { parseAbsence } from "../../src/report/absence.ts";

Deno.test("parseAbsence() reads a code and its reason", () => {
  const cases = [
    ["failed: The loss was 1e9: too large.", "failed", "The loss was 1e9: too large."],
    ["no-data: stl-10 is not there", "no-data", "stl-10 is not there"],
    ["train fixmatch failed: no loss", "failed", "train fixmatch failed: no loss"],
    ["not asked for", "not-run", "not asked for"],
    ["not run: left out", "not-run", "left out"],
    ["oom: killed", "missing", "oom: killed"],
    ["toString: killed", "missing", "toString: killed"],
    ["failed:", "missing", "failed:"],
    ["gone\n", "missing", "gone"],
    [" ", "missing", "No reason was given."],
  ] as const;
  for (const [text, code, reason] of cases) assert.deepEqual(parseAbsence(text), { code, reason });
});
