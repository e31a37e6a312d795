import { UserError } from "../errors.ts";
import { DOWNSAMPLED_ARCHIVES, officialFiles } from "./checksums.ts";
import { DATASET_IDS, datasetFacts } from "./datasets.ts";
import type { SourceKind } from "./loaded_set.ts";
import { locate, type Located, type SourceDeparture } from "./locate.ts";
import type { SourceCache } from "./source_cache.ts";

/** A line of `data list`. */
export interface DatasetStatus {
  readonly id: string;
  readonly title: string;
  /** `generated`: needs no file; `damaged`: there, but wrong (`note` says how). */
  readonly state: "there" | "missing" | "damaged" | "generated" | "unsupported";
  readonly kind: SourceKind | null;
  readonly path: string | null;
  /** Size of the official download in bytes, if there is one. */
  readonly bytes: number | null;
  readonly url: string | null;
  readonly page: string | null;
  readonly licence: string;
  readonly citation: string;
  /** Why it is missing or damaged and what to do, or how it differs from published results; empty otherwise. */
  readonly note: string;
}

/** What is there of every known data set under a root; `folders` are those that the user named. Files are hashed, through the cache. */
export async function listDatasets(root: string, options: {
  readonly folders?: Readonly<Record<string, string>>;
  readonly cache?: SourceCache;
} = {}): Promise<DatasetStatus[]> {
  const { folders = {}, cache = new Map() } = options;
  const list: DatasetStatus[] = [];
  for (const id of DATASET_IDS) {
    const { title, page, licence, citation } = datasetFacts(id)!;
    const archive = officialFiles(id)?.archive;
    const about = {
      id,
      title,
      page,
      licence,
      citation,
      bytes: archive?.bytes ?? downsampledBytes(id),
      url: archive?.url ?? null,
    };
    const absent = { ...about, kind: null, path: null };
    if (id === "synthetic") {
      list.push({ ...absent, state: "generated", note: "" });
      continue;
    }
    try {
      const located = await locate({ dataset: id, root, folder: folders[id], cache });
      list.push(
        "found" in located
          ? {
            ...about,
            state: "there",
            kind: located.found.kind,
            path: located.found.path,
            note: noteOf(located.found.departures ?? []),
          }
          : { ...absent, state: "missing", note: located.missing },
      );
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      list.push({ ...absent, state: "damaged", note: error.message });
    }
  }
  return list;
}

/** What is not as in published results. */
function noteOf(departures: readonly SourceDeparture[]): string {
  return departures.map(({ name, paper, ours }) => `${name}: ${ours} (published results: ${paper})`)
    .join("; ");
}

/** Size of the archives that ImageNet-127 is made of, in bytes. */
function downsampledBytes(id: string): number | null {
  const facts = datasetFacts(id);
  if (facts?.downsampled !== true) return null;
  return Object.entries(DOWNSAMPLED_ARCHIVES)
    .filter(([name]) => name.startsWith(`Imagenet${facts.size}_`))
    .reduce((sum, [, { bytes }]) => sum + bytes, 0);
}

/**
 * Hashes every file of a data set afresh (of ILSVRC-2012's unpacked pictures names and lengths) and opens those that no hash is
 * published of, or says that there is none. Throws a UserError that says what is wrong.
 */
export async function checkDataset(id: string, { root, folder }: {
  readonly root: string;
  readonly folder?: string | undefined;
}): Promise<Located> {
  return await locate({ dataset: id, root, folder, cache: new Map(), thorough: true });
}
