import type { DatasetFacts } from "./datasets.ts";
import type { LoadedPart, LoadedSet, LoadRequest } from "./loaded_set.ts";

/** Pixels along each side of CIFAR's images. */
export const CIFAR_EDGE = 32;

/** CIFAR-10 or CIFAR-100 out of its official files, whichever way they hold the pictures: `readPart` joins those of some files. */
export function cifarSet(
  { request, facts, layout }: {
    readonly request: LoadRequest;
    readonly facts: DatasetFacts;
    readonly layout: { readonly trainFiles: readonly string[]; readonly testFile: string };
  },
  readPart: (names: readonly string[], officialCount: number) => LoadedPart,
): LoadedSet {
  const train = readPart(layout.trainFiles, facts.trainCount);
  const test = readPart([layout.testFile], facts.testCount);
  const total = train.labels.length + test.labels.length;
  request.onProgress(total, total);
  return {
    height: CIFAR_EDGE,
    width: CIFAR_EDGE,
    classNames: facts.classNames,
    normalisation: facts.normalisation,
    source: `${facts.title}, official files`,
    train,
    test,
  };
}
