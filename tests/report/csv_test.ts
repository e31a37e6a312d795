import assert from "node:assert/strict";
import { buildReport } from "../../src/report/build.ts";
import { renderCsv } from "../../src/report/csv.ts";
import { own, published, publishedOutcomes } from "./small_tables.ts";

const header = "table,row,column,state,seeds_done,seeds_asked,mean,spread,spread_kind,paper," +
  "paper_spread,difference,seed_values,selected_steps,pick,output,engine,test_images," +
  "official_test_images,reason,paper_notes\r\n";

Deno.test("renderCsv() writes one line a cell, quoted where needed", () => {
  const lines = [
    "table9,fixmatch,c10,done,3,3,78.0000,0.8165,population,76.49,0.72,1.5100," +
    "0:77.0000 1:78.0000 2:79.0000,0:6000 1:6000 2:6000,best,base,wasm,4000,10000,,",
    "table9,fixmatch,c100,partial,1,3,50.0000,,,47.92,0.55,2.0800," +
    "0:50.0000,0:6000,best,base,xla,10000,10000," +
    "seed 1: The loss was not finite at step 12. | seed 2: Left out by --only.," +
    "Another table has 57.61.",
    "table9,fixmatch,in127,no-data,0,2,,,,35.7,,,,,,,,,,imagenet127 is not there.,",
    'table9,fixmatch+abc,c10,quoted,0,0,,,,82.69,0.64,,,,,,,,,"Quoted, never run.",',
    "table9,fixmatch+abc,c100,missing,0,0,,,,,,,,,,,,,,The sweep file does not list this cell.,",
    "table9,fixmatch+abc,in127,missing,0,0,,,,58.0,,,,,,,,,," +
    "The sweep file does not list this cell.,",
  ];
  const text = renderCsv(buildReport(published, publishedOutcomes));
  assert.equal(text, header + lines.map((line) => `${line}\r\n`).join(""));
});

Deno.test("renderCsv() doubles quotes and keeps line breaks inside them", () => {
  const reason = 'He said "no",\nthen left';
  const cells = [{
    row: "fixmatch",
    column: "smoke",
    seeds: [],
    absent: { code: "impossible" as const, reason },
  }];
  const rows = [{ id: "fixmatch", label: "FixMatch", indent: 0 }];
  assert.equal(
    renderCsv(buildReport({ ...own, rows, cells }, [])),
    `${header}smoke,fixmatch,smoke,impossible,0,0,,,,,,,,,,,,,,"He said ""no"",\nthen left",\r\n`,
  );
});

Deno.test("renderCsv() writes the header of a table without rows", () => {
  assert.equal(renderCsv(buildReport({ ...own, rows: [], cells: [] }, [])), header);
});
