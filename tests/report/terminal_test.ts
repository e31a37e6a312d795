import assert from "node:assert/strict";
import { buildReport } from "../../src/report/build.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { own, ownOutcomes, published, publishedOutcomes } from "./small_tables.ts";

const report = buildReport(published, publishedOutcomes);

Deno.test("renderTerminal() shows the rows and columns that have results", () => {
  assert.equal(
    renderTerminal(report, { width: 100 }),
    `Table 9: a small one (profile mini)

          C10 | 1500                                     C100
FixMatch  78.00 ± 0.82 (3/3)  paper 76.49 ± 0.72  +1.51  50.00 (1/3)  paper 47.92 ± 0.55  +2.08

cells with some of their seeds: 1
cells without a result: 1 no data, 2 missing, 1 quoted
departures from the paper: steps, net, test images, split
checkpoint: best, of each run the evaluation with the highest test accuracy, selected on the test
  set
engine: wasm, one of 2 that this table mixes
engine: xla, one of 2 that this table mixes
`,
  );
});

Deno.test("renderTerminal() puts columns below each other, then leaves out the paper's value", () => {
  assert.equal(
    renderTerminal(report, { width: 60 }).split("\n").slice(2, 7).join("\n"),
    `          C10 | 1500
FixMatch  78.00 ± 0.82 (3/3)  paper 76.49 ± 0.72  +1.51

          C100
FixMatch  50.00 (1/3)  paper 47.92 ± 0.55  +2.08`,
  );
  assert.equal(
    renderTerminal(report, { width: 40 }).split("\n").slice(2, 7).join("\n"),
    `          C10 | 1500
FixMatch  78.00 ± 0.82 (3/3)  +1.51

          C100
FixMatch  50.00 (1/3)  +2.08`,
  );
});

Deno.test("renderTerminal() never writes a line wider than asked, long labels or not", () => {
  const label = "FixMatch with a label that nobody would want to print";
  const rows = (own.rows ?? []).map((row) => ({ ...row, label }));
  const long = buildReport({ ...own, rows }, ownOutcomes);
  for (const shown of [report, long]) {
    for (const width of [20, 24, 33, 50, 80]) {
      for (const line of renderTerminal(shown, { width }).split("\n")) {
        assert.ok([...line].length <= width, `${width}: "${line}"`);
      }
    }
  }
  assert.equal(
    renderTerminal(long, { width: 40 }).split("\n")[3],
    "FixMatch with a label that…  25.00 (1/1)",
  );
});

Deno.test("renderTerminal() says so when nothing is done", () => {
  const text = renderTerminal(buildReport({ ...own, cells: [] }, []), { width: 80 });
  assert.equal(
    text,
    `Smoke test (profile smoke)

no cell has a result yet

cells without a result: 2 missing
`,
  );
});
