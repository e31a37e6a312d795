import assert from "node:assert/strict";
import type { ExpandedTable } from "../../src/config/mod.ts";
import { sourceDepartures } from "../../src/sweep/source_departures.ts";
import type { Source } from "../../src/sweep/sources.ts";

function cell(column: string, dataset: string, kind = "ok") {
  return { row: "fixmatch", column, split: { dataset }, availability: { kind } };
}

const departure = { name: "images", paper: "the archives", ours: "our own" };

function source(departures?: readonly typeof departure[]): Source {
  return { found: { departures } } as unknown as Source;
}

Deno.test("sourceDepartures() gives a source's departures with the cells that are made of it", () => {
  const table = {
    cells: [
      cell("in127-32", "imagenet-127-32"),
      cell("c10", "cifar-10"),
      cell("again", "imagenet-127-32", "missing"),
      cell("quoted", "imagenet-127-32", "quoted"),
    ],
  } as unknown as ExpandedTable;
  const sources = new Map([
    ["imagenet-127-32", source([departure])],
    ["imagenet-127-64", source([departure])],
    ["cifar-10", source()],
    ["stl-10", { missing: "not there" }],
  ]);
  assert.deepEqual(sourceDepartures(table, sources), [
    { ...departure, cells: ["fixmatch/in127-32", "fixmatch/again"] },
  ]);
});
