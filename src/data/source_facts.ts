import { datasetFacts } from "./datasets.ts";
import { type Synthesis, synthesisClassNames } from "./synthesis.ts";

/** How many images a source of data holds: all that planning needs. */
export interface SourceFacts {
  readonly dataset: string;
  readonly classNames: readonly string[];
  readonly height: number;
  readonly width: number;
  /** Training images per class that labels are known of; null where nobody says before the files are read. */
  readonly trainCounts: readonly number[] | null;
  readonly testCount: number;
  /** Class counts of the split, where the source fixes it. */
  readonly fixed?: {
    readonly labelled: readonly number[];
    readonly unlabelled: readonly number[];
  };
}

/** Facts of the official files, or of the synthetic set; undefined for a set whose counts nobody knows beforehand. */
export function officialFacts(dataset: string, synthesis?: Synthesis): SourceFacts | undefined {
  if (dataset === "synthetic") {
    if (synthesis === undefined) return undefined;
    const { classes, size, train_per_class, test_per_class } = synthesis;
    return {
      dataset,
      classNames: synthesisClassNames(classes),
      height: size,
      width: size,
      trainCounts: new Array<number>(classes).fill(train_per_class),
      testCount: classes * test_per_class,
    };
  }
  const facts = datasetFacts(dataset);
  if (facts === undefined || facts.trainPerClass === null) return undefined;
  return {
    dataset,
    classNames: facts.classNames,
    height: facts.size,
    width: facts.size,
    trainCounts: new Array<number>(facts.classes).fill(facts.trainPerClass),
    testCount: facts.testCount,
  };
}
