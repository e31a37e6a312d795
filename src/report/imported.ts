import { z } from "zod";

/** A result that comes from a log of another program, as a table takes it. */
export const importedSchema = z.strictObject({
  /** Name of the log, and what it is of; printed as it is. */
  source: z.string().min(1),
  /** Top-1 as a fraction. */
  top1: z.number().min(0).max(1),
  pick: z.string().min(1),
  /** Steps done at the evaluation; null where the pick is a mean or median. */
  selected_step: z.int().nullable(),
  test_count: z.int().min(1),
  /** How its run differs from the cell's; sentences without a full stop. */
  differences: z.array(z.string()),
});

/** What an imported seed adds to a report. */
export type ImportedSeed = Readonly<z.infer<typeof importedSchema>>;

/** What stands for the engine of a run that this program did not make. */
export const importedEngine = "USB (imported)";
