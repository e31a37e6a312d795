import checksums from "../../data/checksums.json" with { type: "json" };

/** What is known of one official file; the hash tells it from damaged ones. */
export interface OfficialFile {
  /** Left out where nobody publishes it. */
  readonly bytes?: number;
  /** One of the two hashes is there. */
  readonly sha1?: string;
  readonly md5?: string;
}

/** One official archive and the files in it, with the hashes that tell them from damaged ones. */
export interface OfficialFiles {
  readonly archive: {
    readonly name: string;
    readonly url: string;
    readonly bytes: number;
    readonly md5: string;
  };
  /** The folder that the archive unpacks to. */
  readonly folder: string;
  /** File name in that folder -> size and hash. */
  readonly files: Readonly<Record<string, OfficialFile>>;
}

const sets: Readonly<Record<string, OfficialFiles>> = checksums.sets;
const python: Readonly<Record<string, OfficialFiles>> = checksums.python;

/** The official files of a data set, or undefined if it has none. */
export function officialFiles(dataset: string): OfficialFiles | undefined {
  return Object.hasOwn(sets, dataset) ? sets[dataset] : undefined;
}

/** The "python version" of a data set, or undefined if it has none. */
export function pythonFiles(dataset: string): OfficialFiles | undefined {
  return Object.hasOwn(python, dataset) ? python[dataset] : undefined;
}

/** Size and hash of an archive of downsampled ImageNet. */
export interface DownsampledArchive {
  readonly bytes: number;
  readonly sha256: string;
}

/** The published archives of downsampled ImageNet whose hash is known (TensorFlow Datasets' checksum list), by name. */
export const DOWNSAMPLED_ARCHIVES: Readonly<Record<string, DownsampledArchive>> =
  checksums.downsampled;

/** Size and hash of an archive of ILSVRC-2012. */
export interface OfficialArchive {
  /** Left out where nobody publishes it. */
  readonly bytes?: number;
  readonly md5: string;
}

/** The archives of ILSVRC-2012 by name: MD5s as torchvision's loader checks them, sizes as TensorFlow Datasets lists them. */
export const ILSVRC_ARCHIVES: Readonly<Record<string, OfficialArchive>> = checksums.ilsvrc;
