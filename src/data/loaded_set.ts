import type { Normalisation } from "./datasets.ts";
import type { Synthesis } from "./synthesis.ts";

/**
 * What kind of source a data set is read from. `…archive` is packed, its sister unpacked: `binary` is CIFAR's binary version,
 * `python` its pickles, `stl` STL-10's; `downsampled` is a folder of downsampled-ImageNet batches, `ilsvrc`
 * one of ILSVRC-2012's original pictures.
 */
export const SOURCE_KINDS = [
  "synthetic",
  "archive",
  "binary",
  "python-archive",
  "python",
  "stl-archive",
  "stl",
  "indexed",
  "downsampled",
  "ilsvrc",
] as const;

export type SourceKind = typeof SOURCE_KINDS[number];

/** The training or the test images of a data set in memory. */
export interface LoadedPart {
  /** uint8 [count, height, width, 3]. */
  readonly images: Uint8Array;
  /** Class of each image. */
  readonly labels: Int32Array;
  /** Index of each image in the original training or test set. */
  readonly ids: Int32Array;
  /** 1 labelled, 0 unlabelled; only where the source fixes the split. */
  readonly fixed?: Uint8Array;
  /** Images that the full set has. */
  readonly officialCount: number;
}

/** A whole data set in memory. */
export interface LoadedSet {
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
  readonly normalisation: Normalisation;
  /** In words, for the metadata; the same whatever form the same images come in. */
  readonly source: string;
  readonly train: LoadedPart;
  readonly test: LoadedPart;
}

/** What a loader is asked for. */
export interface LoadRequest {
  readonly dataset: string;
  readonly kind: SourceKind;
  /** The archive or folder; empty for the synthetic set. */
  readonly path: string;
  /** What planning found; a loader refuses bytes that do not have it. */
  readonly digest: string;
  readonly synthesis?: Synthesis | undefined;
  readonly signal: AbortSignal;
  /** Told how much is read, in images. */
  readonly onProgress: (done: number, total: number) => void;
}

/** A module that reads one kind of source. */
export interface LoaderModule {
  load(request: LoadRequest): Promise<LoadedSet>;
}
