import assert from "node:assert/strict";
import { buildReport } from "../../src/report/build.ts";
import { outcome, own, ownOutcomes, published, publishedOutcomes } from "./small_tables.ts";

Deno.test("buildReport() is plain data that survives JSON", () => {
  const report = buildReport(published, publishedOutcomes);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

Deno.test("buildReport() shows the worst reason of a cell without results, and lists all", () => {
  const cells = [{
    row: "fixmatch",
    column: "smoke",
    seeds: [0, 1].map((seed) => ({ seed, input: seed })),
  }];
  const outcomes = [{ absent: "not-run: Later." }, { absent: "failed: Broken." }];
  const report = buildReport({ ...own, cells }, outcomes);
  const cell = report.cells[1]?.[0];
  assert.equal(cell?.code, "failed");
  assert.deepEqual(cell?.absent, [
    { code: "not-run", reason: "Later.", seeds: [0] },
    { code: "failed", reason: "Broken.", seeds: [1] },
  ]);
  assert.deepEqual(report.missing.map(({ code }) => code), ["failed", "not-run", "missing"]);
});

Deno.test("buildReport() uses one run for every cell that points to it", () => {
  const cells = ["supervised", "fixmatch"].map((row) => {
    return { row, column: "smoke", seeds: [{ seed: 0, input: 0 }] };
  });
  const report = buildReport({ ...own, cells }, ownOutcomes);
  assert.deepEqual(report.cells.map((row) => row[0]?.ours?.mean), [25, 25]);
});

Deno.test("buildReport() says which classes a test set lacks", () => {
  const facts = (absent_classes: readonly number[]) =>
    buildReport(own, [outcome(0.5, { absent_classes }), outcome(0.5)]).facts
      .filter(({ name }) => name === "test set").map(({ text }) => text);
  assert.deepEqual(facts([]), []);
  assert.deepEqual(facts([7]), ["no image of class 7"]);
  assert.deepEqual(facts([3, 12]), ["no image of classes 3, 12"]);
});

Deno.test("buildReport() numbers only the notes on cells that it shows", () => {
  const columns = published.paper?.columns.filter(({ id }) => id === "in127");
  const report = buildReport({ ...published, columns, cells: [] }, []);
  assert.deepEqual(report.notes, [{ mark: null, text: "Printed small." }]);
  assert.deepEqual(report.cells[0]?.[0]?.paper, { value: 35.7, spread: null });
});

Deno.test("buildReport() lists departures of the cells to be run while none is done", () => {
  const cells = [{ row: "fixmatch", column: "smoke", seeds: [{ seed: 0, input: 0 }] }];
  const departures = [{ name: "steps", paper: "2", ours: "1", cells: "all" as const }];
  const report = buildReport({ ...own, cells, departures }, [{ absent: "not-run: Later." }]);
  assert.deepEqual(report.departures.map(({ scope }) => scope), ["all"]);
});

Deno.test("buildReport() refuses what is not a number", () => {
  const message = "internal: seed 0 of supervised/smoke has the value NaN, not a number";
  assert.throws(() => buildReport(own, [outcome(NaN), outcome(0.5)]), { message });
});

Deno.test("buildReport() refuses a description that does not fit together", () => {
  const cell = { row: "fixmatch", column: "smoke", seeds: [{ seed: 0, input: 0 }] };
  const attempt = (changes: object) => () => buildReport({ ...own, ...changes }, [outcome(0.5)]);
  assert.throws(attempt({ rows: undefined }), /internal: smoke has no paper table/);
  assert.throws(attempt({ cells: [cell, cell] }), /internal: cell fixmatch\/smoke given twice/);
  assert.throws(
    attempt({ cells: [{ ...cell, row: "flexmatch" }] }),
    /internal: smoke has no cell flexmatch\/smoke/,
  );
  assert.throws(
    attempt({ cells: [{ ...cell, seeds: [{ seed: 0, input: 1 }] }] }),
    /internal: cell fixmatch\/smoke wants input 1, not given/,
  );
  assert.throws(
    attempt({ cells: [{ ...cell, seeds: [...cell.seeds, ...cell.seeds] }] }),
    /internal: cell fixmatch\/smoke has seed 0 twice/,
  );
});
