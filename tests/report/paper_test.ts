import assert from "node:assert/strict";
import { join } from "node:path";
import { UserError } from "../../src/errors.ts";
import { loadPaperTable, parsePaperTable } from "../../src/report/paper.ts";

const good = `id: table9
title: "Table 9: a small one"
caption: Two cells.
unit: percent
columns:
  - {id: c10, label: "C10", decimals: 1}
rows:
  - id: fixmatch
    label: FixMatch
    indent: 0
    cells:
      c10: {value: 35.7, spread: null}
  - id: fixmatch+abc
    label: w/ ABC
    indent: 1
    cells:
      c10: null
notes:
  - cells:
      - fixmatch/c10
    text: Odd.
`;

function parse(text: string) {
  return parsePaperTable(text, { file: "paper/table9.yaml" });
}

Deno.test("parsePaperTable() reads a table", () => {
  assert.deepEqual(parse(good), {
    id: "table9",
    title: "Table 9: a small one",
    caption: "Two cells.",
    unit: "percent",
    columns: [{ id: "c10", label: "C10", decimals: 1 }],
    rows: [
      {
        id: "fixmatch",
        label: "FixMatch",
        indent: 0,
        cells: { c10: { value: 35.7, spread: null } },
      },
      { id: "fixmatch+abc", label: "w/ ABC", indent: 1, cells: { c10: null } },
    ],
    notes: [{ cells: ["fixmatch/c10"], text: "Odd." }],
  });
});

const mistakes: readonly [what: string, from: string, to: string, message: RegExp][] = [
  ["a number above 100", "35.7", "357", /^paper\/table9\.yaml:12:20 rows\.0\.cells\.c10\.value: /],
  ["a number that is none", "35.7", ".nan", /^paper\/table9\.yaml:12:20 /],
  ["an unknown key", "spread: null", "spread: null, bold: true", /:12:12 .*"bold"/],
  ["a missing cell", "c10: null", "{}", /:17:7 rows\.1\.cells: the cell of "c10" is missing/],
  ["an unknown column", "c10: null", "{c10: null, c11: null}", /there is no column "c11"/],
  ["an id used twice", "id: fixmatch+abc", "id: fixmatch", /:13:9 .*"fixmatch" appears twice/],
  ["a note on no cell", "- fixmatch/c10", "- fixmatch/c11", /:20:9 .*no cell "fixmatch\/c11"/],
  ["a key used twice", "unit: percent", "unit: percent\nunit: percent", /:5:1 Map keys must be/],
];

for (const [what, from, to, message] of mistakes) {
  Deno.test(`parsePaperTable() refuses ${what} and says where`, () => {
    assert.ok(good.includes(from));
    assert.throws(
      () => parse(good.replace(from, to)),
      (error) => error instanceof UserError && (assert.match(error.message, message), true),
    );
  });
}

Deno.test("parsePaperTable() refuses an empty file", () => {
  assert.throws(() => parse(""), /^UserError: paper\/table9\.yaml:1:1 /);
});

Deno.test("loadPaperTable() names a file that is not there", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(loadPaperTable(join(folder, "table9.yaml")), UserError);
  await Deno.writeTextFile(join(folder, "table9.yaml"), good);
  assert.equal((await loadPaperTable(join(folder, "table9.yaml"))).id, "table9");
  await Deno.remove(folder, { recursive: true });
});
