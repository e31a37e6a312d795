import assert from "node:assert/strict";
import { loadPaperTable, type PaperTable } from "../../src/report/mod.ts";

const reference = new URL("../../../shared/reference/paper.md", import.meta.url);
const exists = await Deno.stat(reference).then(() => true, () => false);

function paperFile(table: number): string {
  return new URL(`../../paper/table${table}.yaml`, import.meta.url).pathname;
}

/** A printed number: digits of the value, digits of the spread. */
type Printed = { readonly value: string; readonly spread: string | null } | null;

function printed(text: string): Printed {
  const plain = text.replaceAll("**", "").trim();
  if (plain === "NA") return null;
  const found = /^(\d+\.\d+)(?: \((\d*\.\d+)\))?$/.exec(plain);
  assert.ok(found?.[1], `not a printed number: "${text}"`);
  return { value: found[1], spread: found[2] === undefined ? null : found[2].replace(/^\./, "0.") };
}

/** The lines of one table of the reference, each as the texts of its cells. */
function referenceTable(markdown: string, table: number): string[][] {
  const section = markdown.split(/^### /m).find((part) => part.startsWith(`Table ${table} `));
  assert.ok(section, `the reference has no table ${table}`);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function asPrinted(table: PaperTable): Printed[][] {
  return table.rows.map((row) =>
    table.columns.map(({ id, decimals }) => {
      const cell = row.cells[id];
      if (!cell) return null;
      const spread = cell.spread?.toFixed(2) ?? null;
      return { value: cell.value.toFixed(decimals), spread };
    })
  );
}

for (const table of [1, 2, 3, 4, 5, 6, 7, 8]) {
  Deno.test({
    name: `paper/table${table}.yaml has every number and ± of the reference`,
    ignore: !exists,
    async fn() {
      const ours = await loadPaperTable(paperFile(table));
      const lines = referenceTable(await Deno.readTextFile(reference), table);
      const first = table === 6 ? 3 : 1;
      const theirs = lines.map((line) => line.slice(first).map(printed));
      assert.equal(ours.id, `table${table}`);
      assert.deepEqual(asPrinted(ours), theirs);
    },
  });
}

Deno.test({
  name: "paper/*.yaml name their rows as the reference does",
  ignore: !exists,
  async fn() {
    const markdown = await Deno.readTextFile(reference);
    const plain = (label: string) => label.replace(/^[–*\s]*(?:w\/ )?|\*+$/g, "");
    for (const table of [1, 2, 5, 7, 8]) {
      const ours = await loadPaperTable(paperFile(table));
      const labels = referenceTable(markdown, table).map((line) => plain(line[0] ?? ""));
      assert.deepEqual(ours.rows.map(({ label }) => plain(label)), labels);
    }
  },
});

Deno.test("paper/*.yaml agree where one cell is printed in two tables, but for the noted places", async () => {
  const seen = new Map<string, { table: string; text: string }>();
  const differing: string[] = [];
  for (const number of [1, 2, 7, 8]) {
    const table = await loadPaperTable(paperFile(number));
    for (const row of table.rows) {
      for (const { id } of table.columns) {
        const [name, text] = [`${row.id}/${id}`, JSON.stringify(row.cells[id])];
        const known = seen.get(name);
        if (known && known.text !== text) {
          differing.push(name);
          assert.ok(
            table.notes.some((note) => note.cells.includes(name)),
            `${name} differs from ${known.table} and has no note`,
          );
        }
        seen.set(name, known ?? { table: table.id, text });
      }
    }
  }
  assert.deepEqual(differing, [
    "fixmatch/c100-consistent-10",
    "fixmatch+scssl/c100-consistent-10",
    "fixmatch+scssl/stl10-20",
  ]);
});
