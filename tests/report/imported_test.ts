import assert from "node:assert/strict";
import { buildReport } from "../../src/report/build.ts";
import { renderCsv } from "../../src/report/csv.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { type TableParams, tableParams } from "../../src/report/params.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { outcome, own } from "./small_tables.ts";

const imported = (top1: number, differences: readonly string[] = []) => ({
  source: "run/log.txt, sha256 0123456789ab",
  top1,
  pick: "best",
  selected_step: 1024,
  test_count: 10000,
  differences: [...differences],
});

/** A table of one cell with these seeds. */
function table(seeds: unknown[], more: object = {}): TableParams {
  return tableParams.parse({
    ...own,
    rows: [{ id: "fixmatch", label: "FixMatch" }],
    columns: [{ id: "smoke", label: "Smoke", decimals: 2 }],
    cells: [{ row: "fixmatch", column: "smoke", seeds, ...more }],
  });
}

Deno.test("buildReport() shows an imported result where there is none of our own, and marks it", () => {
  const params = table([
    { seed: 0, input: 0, imported: imported(0.8) },
    { seed: 1, input: 1, imported: imported(0.9, ["the log ends at 9 of 10 iterations"]) },
  ]);
  const outcomes = [{ absent: "not-run: left out" }, { absent: "no-data: gone" }];
  const report = buildReport(params, outcomes);
  const text = renderMarkdown(report);
  assert.match(text, /85\.00 ± 5\.00 \(2\/2, imported\)/);
  assert.match(
    text,
    /## Imported results\n\n- `fixmatch\/smoke`, seed 0: run\/log\.txt, sha256 0123456789ab\n/,
  );
  assert.match(
    text,
    /seed 1: run\/log\.txt, sha256 0123456789ab; the log ends at 9 of 10 iterations\n/,
  );
  assert.match(renderTerminal(report, { width: 100 }), /\(2\/2, imported\)/);
  assert.match(renderCsv(report), /,done,2,2,85\.0000,.*USB \(imported\)/);
  assert.deepEqual(report.missing, []);
});

Deno.test("buildReport() prefers a result of our own to an imported one", () => {
  const params = table([
    { seed: 0, input: 0, imported: imported(0.99) },
    { seed: 1, input: 1, imported: imported(0.9) },
  ]);
  const report = buildReport(params, [outcome(0.5), { absent: "not-run: later" }]);
  assert.match(renderMarkdown(report), /70\.00 ± 20\.00 \(2\/2, 1 imported\)/);
  assert.deepEqual(report.imported.map(({ seed }) => seed), [1]);
  assert.match(renderMarkdown(report), /engine: USB \(imported\), one of 2 that this table mixes/);
});

Deno.test("buildReport() shows imported seeds of a cell that cannot be run", () => {
  const absent = { code: "no-method" as const, reason: "not in this version" };
  const params = table([
    { seed: 0, absent, imported: imported(0.8) },
    { seed: 1, absent },
  ], { absent });
  const report = buildReport(params, []);
  assert.match(renderMarkdown(report), /80\.00 \(1\/2, imported\)/);
  assert.match(renderMarkdown(report), /- no method: not in this version .*seed 1/);
});

Deno.test("buildReport() without imported results says nothing of them", () => {
  const report = buildReport(table([{ seed: 0, input: 0 }]), [outcome(0.5)]);
  assert.doesNotMatch(renderMarkdown(report), /mported/);
});
