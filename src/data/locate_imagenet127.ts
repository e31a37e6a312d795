import { resolve } from "node:path";
import { checkBatches } from "./check_batches.ts";
import { datasetFacts } from "./datasets.ts";
import { batchesDigest, findBatches, hasPublishedHashes } from "./downsampled_files.ts";
import { findIlsvrc } from "./ilsvrc_files.ts";
import { checkIlsvrcArchives, surveyIlsvrc } from "./ilsvrc_survey.ts";
import { readImagenet127 } from "./imagenet127.ts";
import type { FoundSource, LocateOptions, SourceDeparture } from "./locate.ts";

/**
 * Finds what ImageNet-127 can be made of in a folder: the downsampled-ImageNet files, else the original pictures. Null if there is
 * neither. The class counts are not known before the labels are read. Throws a UserError for files that are not as expected.
 */
export async function locateImagenet127(
  directory: string,
  options: LocateOptions,
): Promise<FoundSource | null> {
  const { dataset, cache, archives } = options;
  const { size, trainCount, testCount } = datasetFacts(dataset)!;
  const { groupNames, labelOfWnid } = await readImagenet127();
  const path = resolve(directory);
  const facts = {
    dataset,
    classNames: groupNames,
    height: size,
    width: size,
    trainCounts: null,
    testCount,
  };
  const batches = await findBatches(directory, size);
  if (batches !== null) {
    const digest = await batchesDigest(directory, { batches, cache, archives });
    const found = { kind: "downsampled", path, digest, facts } as const;
    if (hasPublishedHashes(batches, archives)) return found;
    if (options.thorough === true) {
      const { pictures = { train: trainCount, test: testCount } } = options;
      await checkBatches(directory, { batches, edge: size, expected: pictures });
    }
    return { ...found, unpublished: UNPUBLISHED };
  }
  const files = await findIlsvrc(directory, [...labelOfWnid.keys()]);
  if (files === null) return null;
  const hashes = options.thorough === true;
  await checkIlsvrcArchives(files, { archives: options.ilsvrc, hashes, cache });
  const survey = await surveyIlsvrc(files, { labelOfWnid, cache });
  const trained = survey.trainCounts?.reduce((sum, count) => sum + count, 0) ?? trainCount;
  return {
    kind: "ilsvrc",
    path,
    digest: survey.digest,
    facts: { ...facts, testCount: survey.testCount },
    departures: [...ORIGINAL_PICTURES, ...fewerImages({ trained, trainCount })],
  };
}

const UNPUBLISHED = "no hash of it is published: checked by size, counts and labels only";

const ORIGINAL_PICTURES: readonly SourceDeparture[] = [{
  name: "images",
  paper: "the downsampled ImageNet archives",
  ours: "ILSVRC-2012's pictures, shrunk here by a box filter, in an order of our own",
}];

/** Fewer test images are said by the report anyway. */
function fewerImages({ trained, trainCount }: {
  readonly trained: number;
  readonly trainCount: number;
}): SourceDeparture[] {
  if (trained === trainCount) return [];
  const [paper, ours] = [trainCount, trained].map((count) => count.toLocaleString("en-US"));
  return [{ name: "training images in the source", paper: paper!, ours: ours! }];
}
