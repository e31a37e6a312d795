import { z } from "zod";
import { absenceSchema } from "./absence.ts";
import { importedSchema } from "./imported.ts";
import { columnSchema, paperTableSchema } from "./paper_table.ts";

/** `imported`: what is shown where the seed has no result of our own. */
const seedSchema = z.union([
  /** `input`: index into the results that go with these parameters. */
  z.strictObject({ seed: z.int(), input: z.int().min(0), imported: importedSchema.optional() }),
  /** Known beforehand to have no result. */
  z.strictObject({ seed: z.int(), absent: absenceSchema, imported: importedSchema.optional() }),
]);

const cellSchema = z.strictObject({
  row: z.string().min(1),
  column: z.string().min(1),
  seeds: z.array(seedSchema),
  /** For a cell without seeds: why. */
  absent: absenceSchema.optional(),
});

/** One way in which our runs differ from the paper's; `paper` and `ours` are printed as they are. */
export const departureSchema = z.strictObject({
  name: z.string().min(1),
  paper: z.string(),
  ours: z.string(),
  /** A remark in words, with its full stop. */
  sentence: z.string().optional(),
  /** Cells as `row/column`. */
  cells: z.union([z.literal("all"), z.array(z.string())]),
});

/** What a table consists of; nothing about how it is printed. */
export const tableParams = z.strictObject({
  /** The target's id; a cell's id is `<table>/<row>/<column>`. */
  table: z.string().min(1),
  /** Default: the paper table's. */
  title: z.string().min(1).optional(),
  /** Printed in the heading, so that a scaled-down table is known at sight. */
  profile: z.string().min(1),
  /** The published table, or null for a table of our own. */
  paper: paperTableSchema.nullable(),
  /** Default: the paper table's. */
  rows: z.array(z.strictObject({
    id: z.string().min(1),
    label: z.string().min(1),
    indent: z.int().min(0).max(3).default(0),
  })).optional(),
  /** Default: the paper table's. */
  columns: z.array(columnSchema).optional(),
  cells: z.array(cellSchema),
  departures: z.array(departureSchema),
});

export type TableParams = z.infer<typeof tableParams>;
export type Departure = z.infer<typeof departureSchema>;
