import { z } from "zod";
import { synthesis } from "../data/synthesis.ts";
import { runLayer } from "./run_params.ts";
import { settingLayer, settingSchema } from "./setting.ts";

/** Ids are parts of cell names and of paths: no spaces, no slashes. */
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+@=:,._-]*$/);

const dataset = z.strictObject({
  title: z.string().optional(),
  synthesis: synthesis.optional().describe("for a data set that is made, not read"),
});

const methodText = z.string().min(1).describe("e.g. fixmatch+scssl@c=6,tau=2:4");
const patterns = z.array(z.string().min(1)).min(1);
const methodValues = z.record(z.string(), z.json()).describe("a method's own parameters");

const axes = z.strictObject({
  seed: z.array(z.int().min(0).max(2 ** 31 - 1)).min(1).optional(),
  method: patterns.optional().describe("only these run; * stands for any letters"),
  setting: patterns.optional().describe("only these run; * stands for any letters"),
  table: patterns.optional().describe("only these tables are made"),
});

const method = z.strictObject({
  params: methodValues.optional(),
  quoted: z.boolean().optional().describe("only the paper's numbers are shown"),
  shorthands: z.record(z.string(), z.array(z.string()).min(1)).optional()
    .describe("tau: [tau_b, tau_e] lets tau=2:4 set both in a method string"),
});

const entryOptions = { id: id.optional(), label: z.string().optional() };
const methodEntry = z.union([
  methodText,
  z.strictObject({ ...entryOptions, method: methodText }),
]);
const settingEntry = z.union([id, z.strictObject({ ...entryOptions, setting: id })]);

const axis = z.strictObject({
  methods: z.array(methodEntry).min(1).optional(),
  settings: z.array(settingEntry).min(1).optional(),
}).refine((found) => (found.methods === undefined) !== (found.settings === undefined), {
  message: 'Expected either "methods" or "settings"',
});

const table = z.strictObject({
  paper: z.string().regex(/^[a-z0-9-]+$/).optional().describe("the paper's table with its numbers"),
  title: z.string().optional(),
  rows: axis,
  columns: axis,
  cells: z.record(
    z.string(),
    z.strictObject({
      method: methodText.optional(),
      setting: id.optional(),
      params: methodValues.optional(),
      run: runLayer.optional(),
      quoted: z.boolean().optional(),
    }),
  ).optional().describe("row/column: what is different in that cell"),
}).refine(
  (found) => (found.rows.methods === undefined) !== (found.columns.methods === undefined),
  { message: "Expected methods on one side of the table and settings on the other" },
);

const profile = z.strictObject({
  run: runLayer.optional(),
  datasets: z.record(z.string(), runLayer).optional().describe("run parameters of one data set"),
  methods: z.record(z.string(), methodValues).optional(),
  settings: z.record(z.string(), settingLayer).optional()
    .describe("other data and sizes; * stands for any letters"),
});

/** A sweep file: what a table's cells are, and how large they are run. */
export const sweepSchema = z.strictObject({
  version: z.literal(1),
  extends: z.string().min(1).optional().describe("a sweep file to build on, relative to this one"),
  axes: axes.optional(),
  defaults: runLayer.optional().describe("run parameters of all cells; stronger than a profile"),
  datasets: z.record(id, dataset).optional(),
  settings: z.record(id, settingSchema).optional(),
  methods: z.record(z.string(), method).optional(),
  tables: z.record(id, table).optional(),
  profiles: z.record(id, profile).optional(),
});

export type SweepData = Readonly<z.infer<typeof sweepSchema>>;
export type TableData = NonNullable<SweepData["tables"]>[string];
export type ProfileData = NonNullable<SweepData["profiles"]>[string];
export type MethodData = NonNullable<SweepData["methods"]>[string];
