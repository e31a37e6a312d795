import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type OfficialFiles, officialFiles } from "./checksums.ts";
import { DATASET_IDS, datasetFacts } from "./datasets.ts";
import { download, type DownloadOptions } from "./download.ts";
import { locate } from "./locate.ts";
import type { SourceCache } from "./source_cache.ts";

/** How to get a data set. */
export interface GetOptions extends Pick<DownloadOptions, "fetch" | "onProgress" | "signal"> {
  /** Data root; the archive goes to `<root>/<id>/`. */
  readonly root: string;
  readonly cache?: SourceCache;
  /** The files to get; the official ones unless a test brings its own. */
  readonly official?: OfficialFiles;
}

/** Downloads the official archive of a data set unless a good source is there. Throws a UserError for a set that cannot be downloaded. */
export async function getDataset(id: string, options: GetOptions): Promise<{
  readonly path: string;
  readonly downloaded: boolean;
}> {
  const facts = datasetFacts(id);
  if (facts === undefined) {
    throw new UserError(`Unknown data set "${id}": expected one of ${DATASET_IDS.join(", ")}`);
  }
  if (id === "synthetic") {
    throw new UserError("The synthetic data set is made when it is needed, not downloaded");
  }
  const official = options.official ?? officialFiles(id);
  if (official === undefined) {
    throw new UserError(
      `${facts.title} cannot be downloaded by this program (its terms ask for an account): see ${facts.page}`,
    );
  }
  const { root, cache = new Map() } = options;
  const located = await locate({ dataset: id, root, cache, official });
  if ("found" in located) return { path: located.found.path, downloaded: false };
  const { name, url, bytes, md5 } = official.archive;
  const path = join(root, id, name);
  await download({
    url,
    path,
    expected: { bytes, algorithm: "md5", hash: md5 },
    fetch: options.fetch,
    onProgress: options.onProgress,
    signal: options.signal,
  });
  return { path, downloaded: true };
}

/** Whether `getDataset` can fetch a set. */
export function downloadable(id: string): boolean {
  return officialFiles(id) !== undefined;
}
