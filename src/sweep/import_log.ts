/** Taking a log of USB's as the result of the cells that ask for its run. */
import { type Capabilities, type Cell, type SeedRun, type Sweep } from "../config/mod.ts";
import { type Departure, departures, type EffectiveCell } from "../config/departures.ts";
import { errorAt, type Position } from "../config/located.ts";
import { checkLog, logCell, type LogExtent, type UsbLogFile } from "../config/usb/mod.ts";
import { classCounts, totalCount } from "../data/counts.ts";
import { UserError } from "../errors.ts";
import { countRequests } from "./graph.ts";
import { type ImportedResult, runIdentity, testImages } from "./imported.ts";

export interface ImportLogOptions {
  /** Name for reports, hash and length of the file. */
  readonly file: { readonly name: string; readonly sha256: string; readonly bytes: number };
  /** Cells that may be of the log's run. */
  readonly cells: readonly Cell[];
  /** The cell that the log is said to be of. */
  readonly named?: Cell;
  /** The seed that it is said to be of. */
  readonly seed?: number;
  /** Whether a log that is cut off will do. */
  readonly incomplete: boolean;
  readonly capabilities: Capabilities;
  readonly paper: Sweep;
}

/** An imported result, and the cells that show it. */
export interface ImportedLog {
  readonly result: ImportedResult;
  readonly cells: readonly string[];
}

/** What belongs to the images and not to the training. */
const ofData = /^(dataset|labelled|unlabelled|split_seed|seeds)/;

/**
 * Finds the cells of a log's run, or checks the one that is named.
 * @throws UserError at the log's line for one that is cut off, contradicts itself, is of other images or of no cell
 */
export function importLog(log: UsbLogFile, options: ImportLogOptions): ImportedLog {
  const extent = checkLog(log, options);
  return options.named === undefined
    ? deriveCells(log, { ...options, extent })
    : importAs(options.named, log, { ...options, extent });
}

type Options = ImportLogOptions & { readonly extent: LogExtent };

function deriveCells(log: UsbLogFile, options: Options): ImportedLog {
  const { cells, capabilities, paper } = options;
  const made = logCell(log, { capabilities, paper });
  const [run] = made.runs;
  const at = log.arguments?.at ?? log.end;
  if (run === undefined) throw new Error("internal: a log without a seed");
  checkSeed(options.seed, { found: run.seed, at });
  checkImages(made, log);
  const places = cells.filter(({ split }) => split.index_files === undefined)
    .flatMap((cell) => cell.runs.map((other) => ({ cell, run: other })))
    .filter(({ run: other }) => other.seed === run.seed);
  const compared = places.map((place) => ({
    ...place,
    found: differencesOf({ cell: made, run }, place),
  }));
  const fitting = compared.filter(({ found }) => found.length === 0);
  const [first] = fitting;
  if (first === undefined) throw noCell({ made, run, compared, at });
  const result = resultOf(log, { ...options, place: first, differences: [] });
  return { result, cells: fitting.map(({ cell }) => cell.id) };
}

interface Place {
  readonly cell: Cell;
  readonly run: SeedRun;
}

/** In what a log's run differs from a cell's; which evaluation is shown is the cell's own choice. */
function differencesOf(log: Place, place: Place): Departure[] {
  const { pick, calibration } = place.run.params;
  const effective = ({ cell, run }: Place): EffectiveCell => ({
    method: cell.method,
    methodParams: cell.methodParams,
    split: cell.split,
    run: { ...run.params, pick, calibration },
    seeds: [run.seed],
  });
  return departures(effective(log), effective(place));
}

function noCell({ made, run, compared, at }: {
  readonly made: Cell;
  readonly run: SeedRun;
  readonly compared: readonly (Place & { readonly found: readonly Departure[] })[];
  readonly at: Position;
}): UserError {
  const what = `${made.method} on ${made.setting}, seed ${run.seed}`;
  const same = compared.filter(({ cell }) => cell.method === made.method)
    .toSorted((a, b) => a.found.length - b.found.length);
  const [nearest] = same;
  if (nearest === undefined) {
    return errorAt(
      at,
      `No cell here is of this run (${what}); --in names a sweep file that has one, --cell the cell itself`,
    );
  }
  const sentences = nearest.found.map(({ sentence }) => sentence).join("; ");
  const other = nearest.found.some(({ name }) => ofData.test(name))
    ? "--in names a sweep file with its setting"
    : `--cell ${nearest.cell.id} takes it all the same, and the report says so`;
  return errorAt(
    at,
    `No cell here is of this run (${what}): the nearest is ${nearest.cell.id}, and the log has ${sentences}. ${other}`,
  );
}

function importAs(cell: Cell, log: UsbLogFile, options: Options): ImportedLog {
  const at = log.arguments?.at ?? log.end;
  const values = log.arguments?.values ?? {};
  const own = typeof values["seed"] === "number" ? values["seed"] : undefined;
  checkSeed(options.seed, { found: own, at });
  const seed = options.seed ?? own;
  if (seed === undefined) throw errorAt(log.end, "The log does not say its seed: --seed does");
  const run = cell.runs.find((each) => each.seed === seed);
  if (run === undefined) {
    const seeds = cell.runs.map((each) => each.seed).join(", ");
    throw errorAt(at, `The log is of seed ${seed}: ${cell.id} has the seeds ${seeds}`);
  }
  if (testImages(cell) === undefined) {
    throw new UserError(`${cell.id} is of a data set of your own: a log of USB cannot be of it.`);
  }
  if (run.params.calibration !== "default") {
    throw new UserError(`${cell.id} shows calibrated predictions: a log of USB has none.`);
  }
  const differences = log.arguments === undefined
    ? ["the log does not say how its run was made"]
    : namedDifferences({ cell, run }, { log, options, at });
  checkImages(cell, log);
  const result = resultOf(log, { ...options, place: { cell, run }, differences });
  return { result, cells: [cell.id] };
}

/** Differences of the training, which are noted; those of images or method are refused. */
function namedDifferences(place: Place, { log, options, at }: {
  readonly log: UsbLogFile;
  readonly options: Options;
  readonly at: Position;
}): string[] {
  const made = logCell(log, options);
  const [run] = made.runs;
  if (run === undefined) throw new Error("internal: a log without a seed");
  const found = differencesOf({ cell: made, run }, place);
  const refused = found.filter(({ name }) => ofData.test(name) || name === "method");
  if (refused.length > 0) {
    const sentences = refused.map(({ sentence }) => sentence).join("; ");
    throw errorAt(at, `The log is not of ${place.cell.id}: it has ${sentences}`);
  }
  return found.map(({ sentence }) => sentence);
}

function checkSeed(
  given: number | undefined,
  { found, at }: { readonly found: number | undefined; readonly at: Position },
): void {
  if (given === undefined || found === undefined || given === found) return;
  throw errorAt(at, `The log is of seed ${found}, not of the seed ${given} that --seed gives`);
}

/** The numbers of images in the log must be those of the cell's counts. */
function checkImages({ id, split }: Cell, { images, arguments: args }: UsbLogFile): void {
  const classes = args?.values["num_classes"];
  if (images === undefined || typeof classes !== "number") return;
  const { labelled, unlabelled } = countRequests(split);
  const count = (counts: typeof labelled | typeof unlabelled) =>
    counts === "all" || "fraction" in counts ? NaN : totalCount(classCounts(counts, classes));
  const expect = (kind: string, wanted: number, found: number) => {
    if (Number.isNaN(wanted) || wanted === found) return;
    throw errorAt(
      images.at,
      `The log is of other images: it had ${found} ${kind} ones, ${id} has ${wanted}`,
    );
  };
  expect("labelled", count(labelled), images.labelled);
  // Supervised runs of USB load unlabelled images and do not use them.
  const both = split.unlabelled.with_labelled ? count(labelled) : 0;
  expect("unlabelled", count(unlabelled) + both, images.unlabelled);
}

function resultOf(log: UsbLogFile, { place: { cell, run }, differences, file, extent }: Options & {
  readonly place: Place;
  readonly differences: readonly string[];
}): ImportedResult {
  const { best, evaluations, from, to } = log;
  if (best === null) throw new Error("internal: a log without a best evaluation was read");
  const name = log.arguments?.values["save_name"];
  return {
    format: 1,
    identity: runIdentity(cell, run),
    of: `${cell.methodText} on ${cell.setting}, seed ${run.seed}`,
    log: {
      ...file,
      from,
      to,
      run: typeof name === "string" ? name : null,
      iterations: extent.reached,
      asked: extent.asked,
    },
    differences: [...differences],
    best: { iteration: best.iteration, top1: best.top1 },
    evaluations: evaluations.map(([iteration, top1]) => [iteration, top1]),
  };
}
