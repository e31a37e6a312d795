import { z } from "zod";

const id = z.string().regex(/^[a-z0-9][a-z0-9+.=,:@-]*$/, "expected an id in lower case");

const paperValue = z.strictObject({
  value: z.number().min(0).max(100),
  /** The number printed after ±, in the value's unit; null where the paper prints none. */
  spread: z.number().min(0).nullable(),
});

/** A column of a table; `decimals` are those that the paper prints in it. */
export const columnSchema = z.strictObject({
  id,
  label: z.string().min(1),
  decimals: z.int().min(0).max(4).default(2),
});

/** One table as the paper prints it, and nothing of ours. Values in percent; null stands for "NA". */
export const paperTableSchema = z.strictObject({
  id,
  title: z.string().min(1),
  caption: z.string(),
  unit: z.literal("percent"),
  columns: z.array(columnSchema).min(1),
  rows: z.array(z.strictObject({
    id,
    label: z.string().min(1),
    indent: z.int().min(0).max(3),
    cells: z.record(z.string(), paperValue.nullable()),
  })).min(1),
  /** What is inconsistent or left out in print; cells as `row/column`, none for the whole table. */
  notes: z.array(z.strictObject({ cells: z.array(z.string()), text: z.string().min(1) })),
}).superRefine((table, context) => {
  const columns = table.columns.map((column) => column.id);
  for (const list of ["columns", "rows"] as const) {
    const ids = table[list].map((entry) => entry.id);
    const twice = ids.findIndex((entry, index) => ids.indexOf(entry) < index);
    if (twice >= 0) {
      const message = `the id "${ids[twice]}" appears twice`;
      context.addIssue({ code: "custom", path: [list, twice, "id"], message });
    }
  }
  for (const [index, row] of table.rows.entries()) {
    const path = ["rows", index, "cells"];
    for (const column of columns) {
      if (!(column in row.cells)) {
        context.addIssue({ code: "custom", path, message: `the cell of "${column}" is missing` });
      }
    }
    for (const column of Object.keys(row.cells)) {
      if (!columns.includes(column)) {
        const message = `there is no column "${column}"`;
        context.addIssue({ code: "custom", path: [...path, column], message });
      }
    }
  }
  const cells = new Set(
    table.rows.flatMap((row) => columns.map((column) => `${row.id}/${column}`)),
  );
  for (const [index, note] of table.notes.entries()) {
    for (const [position, cell] of note.cells.entries()) {
      if (cells.has(cell)) continue;
      const path = ["notes", index, "cells", position];
      context.addIssue({ code: "custom", path, message: `there is no cell "${cell}"` });
    }
  }
});

export type PaperTable = z.infer<typeof paperTableSchema>;
export type ReportColumn = z.infer<typeof columnSchema>;
