/** Results imported from logs: of a kind of their own in the store, never under the key of a training. */
import { join } from "node:path";
import { z } from "zod";
import type { Cell, SeedRun } from "../config/mod.ts";
import { hashJson, type Json } from "../dag/hash.ts";
import type { Store } from "../dag/mod.ts";
import { datasetFacts } from "../data/datasets.ts";
import { UserError } from "../errors.ts";
import type { ImportedSeed } from "../report/imported.ts";
import { combineValues, type Pick, pickEvaluations } from "../train/pick.ts";

const point = z.strictObject({ iteration: z.int().min(0), top1: z.number().min(0).max(1) });

const importedResult = z.strictObject({
  format: z.literal(1),
  /** What the result is of: see `runIdentity`. */
  identity: z.string(),
  /** The same for people: method, setting, seed. */
  of: z.string(),
  log: z.strictObject({
    name: z.string().min(1),
    sha256: z.string(),
    bytes: z.int(),
    /** Times of the first and the last line, in the log's own clock. */
    from: z.string(),
    to: z.string(),
    /** `save_name` of the run. */
    run: z.string().nullable(),
    iterations: z.int(),
    asked: z.int().nullable(),
  }),
  differences: z.array(z.string()),
  best: point,
  evaluations: z.array(z.tuple([z.int(), z.number()])),
});

/** A result read from a log, for every cell that asks for its run. */
export type ImportedResult = Readonly<z.infer<typeof importedResult>>;

/** Imported results by the identity of their run. */
export type ImportedResults = ReadonlyMap<string, ImportedResult>;

/** What of a run's parameters another choice among its results, or none, does not change. */
const unlike = new Set(["pick", "calibration", "checkpoint_every"]);

/** Names a run by all that its numbers depend on, whatever program makes it. */
export function runIdentity(cell: Cell, { seed, params }: SeedRun): string {
  const run = Object.entries(params).filter(([name]) => !unlike.has(name));
  const { method, methodParams, split, synthesis } = cell;
  const parts = { method, methodParams, split, synthesis, run: Object.fromEntries(run), seed };
  return hashJson("imported", JSON.parse(JSON.stringify(parts)) as Json);
}

/** Reads every imported result of a store. Throws a UserError for a file that is none. */
export function readImported(store: Store): ImportedResults {
  const found = new Map<string, ImportedResult>();
  for (const name of filesIn(store.imported)) {
    const path = join(store.imported, name);
    const parsed = parse(Deno.readTextFileSync(path));
    if (parsed === undefined) {
      throw new UserError(`${path}: expected a result of import-log, found something else`);
    }
    found.set(parsed.identity, parsed);
  }
  return found;
}

/** Stores an imported result in place of an earlier one of the same run. */
export function writeImported(store: Store, result: ImportedResult): string {
  Deno.mkdirSync(store.imported, { recursive: true });
  const path = join(store.imported, `${result.identity}.json`);
  const scratch = `${path}.${Deno.pid}.part`;
  Deno.writeTextFileSync(scratch, `${JSON.stringify(result, null, 1)}\n`);
  Deno.renameSync(scratch, path);
  return path;
}

/**
 * What a cell's report shows of an imported result; `undefined` where the log does not say what the cell picks, or the cell shows
 * predictions that USB does not make.
 */
export function importedSeed(
  { best, evaluations, log, differences }: ImportedResult,
  { cell, run }: { readonly cell: Cell; readonly run: SeedRun },
): ImportedSeed | undefined {
  const images = testImages(cell);
  if (images === undefined || run.params.calibration !== "default") return undefined;
  const extent = log.asked === null || log.iterations >= log.asked
    ? []
    : [`the log ends at ${log.iterations} of ${log.asked} iterations`];
  const common = {
    source: `${log.name}, sha256 ${log.sha256.slice(0, 12)}`,
    test_count: images,
    differences: [...extent, ...differences],
  };
  const { pick } = run.params;
  if (pick === "best") {
    return { ...common, pick, top1: best.top1, selected_step: best.iteration };
  }
  if (evaluations.length === 0) return undefined;
  const { indices, combine } = pickEvaluations(pick as Pick, evaluations.map(([, top1]) => top1));
  const picked = indices.map((index) => evaluations[index]!);
  const top1 = combineValues(picked.map(([, value]) => value), combine);
  return { ...common, pick, top1, selected_step: picked.length === 1 ? picked[0]![0] : null };
}

/** Images of the test set that a cell's numbers are of; `undefined` for a set of the user's own. */
export function testImages({ split: { dataset }, synthesis }: Cell): number | undefined {
  if (synthesis !== null) return synthesis.classes * synthesis.test_per_class;
  return datasetFacts(dataset)?.testCount;
}

function parse(text: string): ImportedResult | undefined {
  try {
    return importedResult.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function filesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".json")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
