import assert from "node:assert/strict";
import { describeCells, scopeText } from "../../src/report/scope.ts";

const universe = ["a", "b", "c"].flatMap((row) => {
  return ["x", "y", "z"].map((column) => ({ row, column }));
});

function inWords(cells: string[], within = universe): string {
  return scopeText(describeCells(new Set(cells), within), { all: "all cells" });
}

Deno.test("describeCells() says rows, columns, blocks and single cells", () => {
  assert.equal(inWords(universe.map(({ row, column }) => `${row}/${column}`)), "all cells");
  assert.equal(inWords(["b/x", "b/y", "b/z"]), "row b");
  assert.equal(inWords(["a/y", "b/y", "c/y"]), "column y");
  assert.equal(inWords(["a/x", "a/z", "b/x", "b/z"]), "rows a, b in columns x, z");
  assert.equal(inWords(["c/z"]), "cell c/z");
  assert.equal(inWords(["a/x", "a/y", "a/z", "b/y"]), "row a; cell b/y");
});

Deno.test("describeCells() counts a row as whole within the universe only", () => {
  const column = universe.filter(({ column }) => column === "x");
  assert.equal(inWords(["a/x", "b/x"], column), "rows a, b");
  assert.equal(inWords(["a/x", "b/x", "c/x", "c/y"], column), "all cells");
  assert.equal(inWords([], []), "all cells");
});

Deno.test("scopeText() quotes each id", () => {
  const scope = [{ rows: ["a"], columns: ["x"] }, { rows: ["b", "c"], columns: null }];
  assert.equal(
    scopeText(scope, { all: "", quote: (id) => `<${id}>` }),
    "cell <a/x>; rows <b>, <c>",
  );
});
