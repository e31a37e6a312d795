import { join } from "node:path";
import type { Plan } from "../dag/mod.ts";
import { longTailRatio } from "../data/count_request.ts";
import { classCounts, totalCount } from "../data/counts.ts";
import { datasetFacts, IMAGENET_NORMALISATION } from "../data/datasets.ts";
import { aroundShare } from "../data/fraction.ts";
import type { FoundSource } from "../data/locate.ts";
import { readPartMeta } from "../data/part_files.ts";
import { officialFacts } from "../data/source_facts.ts";
import type { Cell } from "../config/mod.ts";
import { UserError } from "../errors.ts";
import { methodUsesUnlabelled } from "../methods/registry.ts";
import type { DataShape } from "../train/method_step.ts";
import { readSplit } from "../train/run_data.ts";
import { countRequests, type RunNodes } from "./graph.ts";

/** Shape and counts of the data of a run, and where they are from. */
export interface RunShape {
  readonly data: DataShape;
  readonly from: "stored split" | "setting";
}

/** A run of a cell in its plan, and the data set's files where there are any. */
export interface RunShapeOptions {
  readonly run: RunNodes;
  readonly plan: Plan;
  readonly found: FoundSource | undefined;
}

/**
 * Shape and counts of a run's data: of the stored images and split, else what the setting asks for.
 *
 * @throws {UserError} if nothing is stored and only the files say how many images there are
 */
export async function runShape(
  cell: Cell,
  { run, plan, found }: RunShapeOptions,
): Promise<RunShape> {
  const stored = await storedShape(run, plan);
  return stored ? { data: stored, from: "stored split" } : {
    data: askedShape(cell, found),
    from: "setting",
  };
}

async function storedShape(run: RunNodes, plan: Plan): Promise<DataShape | undefined> {
  const output = (name: string): string | undefined => {
    const input = run.train.inputs[name];
    if (input === undefined || !("node" in input)) return undefined;
    const { object } = plan.of(plan.graph.find(input.node));
    return object && join(object.path, "out", input.output);
  };
  const [images, labelled, unlabelled] = ["images", "labelled", "unlabelled"].map(output);
  if (images === undefined || labelled === undefined) return undefined;
  const { height, width, channels, classes, mean, std } = await readPartMeta(images);
  return shape(
    { height, width, channels, classes, mean, std },
    await storedPart(labelled),
    unlabelled === undefined ? undefined : await storedPart(unlabelled),
  );
}

async function storedPart(directory: string): Promise<Part> {
  const { indices, ...about } = await readSplit(directory);
  return { count: indices.length, ...about };
}

function askedShape(cell: Cell, found: FoundSource | undefined): DataShape {
  const { split: { dataset }, synthesis } = cell;
  const known = datasetFacts(dataset);
  const facts = found?.facts ?? officialFacts(dataset, synthesis ?? undefined);
  const classes = facts?.classNames.length || known?.classes;
  if (classes === undefined) throw notYet(cell, "classes");
  const size = known?.size ?? 0;
  const { height, width } = facts ?? { height: size, width: size };
  const { mean, std } = known?.normalisation ?? IMAGENET_NORMALISATION;
  const asked = countRequests(cell.split);
  // Where only the files know the counts of the classes, equal ones are close enough for a program's size.
  const all = facts?.trainCounts ??
    new Array<number>(classes).fill(Math.round((known?.trainCount ?? 0) / classes));
  const { fraction } = asked.labelled;
  const labelled = fraction === undefined
    ? classCounts(asked.labelled, classes)
    : all.map((count) => aroundShare(count, fraction));
  const image = { height, width, channels: 3, classes, mean, std };
  const ratio = longTailRatio(asked.labelled);
  const first = { ...part(labelled), ...(ratio === undefined ? {} : { ratio }) };
  if (!methodUsesUnlabelled(cell.method)) return shape(image, first);
  if (asked.unlabelled !== "all") {
    const others = classCounts(asked.unlabelled, classes);
    const both = others.map((count, label) => count + labelled[label]!);
    return shape(image, first, part(cell.split.unlabelled.with_labelled ? both : others));
  }
  if (facts?.fixed) return shape(image, first, part(facts.fixed.unlabelled));
  if (known?.trainCount !== undefined && totalCount(all) < known.trainCount) {
    return shape(image, first, { count: known.trainCount, counts: null });
  }
  if (fraction === undefined) throw notYet(cell, "unlabelled images");
  return shape(image, first, part(all));
}

/** A set of images, labelled or unlabelled. */
interface Part {
  readonly count: number;
  /** Of each class; null where nobody knows the classes of all images. */
  readonly counts: readonly number[] | null;
  readonly ratio?: number;
}

function part(counts: readonly number[]): Part {
  return { count: totalCount(counts), counts };
}

function shape(
  image: Pick<DataShape, "height" | "width" | "channels" | "classes" | "mean" | "std">,
  labelled: Part,
  unlabelled: Part = part([]),
): DataShape {
  return {
    ...image,
    train: { count: labelled.count + unlabelled.count },
    labelled_count: labelled.count,
    unlabelled_count: unlabelled.count,
    labelled_counts: labelled.counts!, // Their classes are known.
    ...(labelled.ratio === undefined ? {} : { labelled_ratio: labelled.ratio }),
    ...(unlabelled.count > 0 && unlabelled.counts ? { unlabelled_counts: unlabelled.counts } : {}),
  };
}

function notYet(cell: Cell, what: string): UserError {
  return new UserError(
    `${cell.id}: how many ${what} ${cell.split.dataset} has is known once its split is stored: ` +
      `run the cell for a moment (Ctrl-C keeps the split), then ask again`,
  );
}
