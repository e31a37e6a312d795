import assert from "node:assert/strict";
import { groupDepartures } from "../../src/report/departures.ts";

const universe = [{ row: "a", column: "x" }, { row: "b", column: "x" }];

Deno.test("groupDepartures() says once what holds for all", () => {
  const net = { name: "net", paper: "wrn-28-2", ours: "wrn-10-1" };
  const groups = groupDepartures([
    { name: "strong", paper: "RandAugment", ours: "simple", sentence: "Why.", cells: ["b/x"] },
    { name: "steps", paper: "262,144", ours: "6,144", cells: "all" },
    { ...net, cells: ["a/x"] },
    { ...net, cells: ["b/x"] },
    { name: "elsewhere", paper: "1", ours: "2", cells: ["c/x"] },
  ], universe);
  assert.deepEqual(groups, [
    {
      scope: "all",
      items: [
        { name: "steps", paper: "262,144", ours: "6,144", sentence: "" },
        { ...net, sentence: "" },
      ],
    },
    {
      scope: [{ rows: ["b"], columns: null }],
      items: [{ name: "strong", paper: "RandAugment", ours: "simple", sentence: "Why." }],
    },
  ]);
});

Deno.test("groupDepartures() gives nothing for no cells", () => {
  assert.deepEqual(groupDepartures([{ name: "a", paper: "", ours: "", cells: "all" }], []), []);
});
