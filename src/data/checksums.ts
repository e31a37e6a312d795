import checksums from "../../data/checksums.json" with { type: "json" };

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
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha1: string }>>;
}

const sets: Readonly<Record<string, OfficialFiles>> = checksums.sets;

/** The official files of a data set, or undefined if it has none. */
export function officialFiles(dataset: string): OfficialFiles | undefined {
  return Object.hasOwn(sets, dataset) ? sets[dataset] : undefined;
}
