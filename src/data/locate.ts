import { join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { type OfficialFiles, officialFiles } from "./checksums.ts";
import { datasetFacts } from "./datasets.ts";
import { indexedDigest, indexedFacts, openIndexedFolder } from "./indexed_folder.ts";
import type { SourceKind } from "./loaded_set.ts";
import { checkArchive, checkUnpacked, statFile } from "./official_check.ts";
import type { SourceCache } from "./source_cache.ts";
import { officialFacts, type SourceFacts } from "./source_facts.ts";
import type { Synthesis } from "./synthesis.ts";

/** A data set's files, found and checked. */
export interface FoundSource {
  readonly kind: SourceKind;
  /** Absolute path of the archive or folder; empty for the synthetic set. */
  readonly path: string;
  /** Names the bytes: `md5:…` of an archive, `sha256:…` over all files of a folder, `parameters` for the synthetic set. */
  readonly digest: string;
  readonly facts: SourceFacts;
}

/** What `locate` answers: the source, or why there is none and what to do. */
export type Located = { readonly found: FoundSource } | { readonly missing: string };

/** What `locate` is asked. */
export interface LocateOptions {
  readonly dataset: string;
  /** Data root; a set lies in `<root>/<dataset>/`. */
  readonly root: string;
  /** A folder or archive that the user named for this set, in place of the root. */
  readonly folder?: string | undefined;
  readonly cache: SourceCache;
  /** Parameters of the synthetic set; needed for it only. */
  readonly synthesis?: Synthesis | undefined;
  /** The hashes to check against; the published ones unless a test brings its own. */
  readonly official?: OfficialFiles | undefined;
}

/**
 * Finds and checks the files of a data set; hashes go through the cache, so asking again is cheap. Throws a UserError for a
 * named folder that is not there or holds no data set, a truncated or wrong archive, and mistakes in index.csv.
 */
export async function locate(options: LocateOptions): Promise<Located> {
  const { dataset, folder, cache } = options;
  if (dataset === "synthetic") return locateSynthetic(options.synthesis);
  const directory = folder ?? join(options.root, dataset);
  const stat = await statFile(directory);
  if (stat === null && folder !== undefined) {
    throw new UserError(`--data ${dataset}=${folder}: there is no such folder`);
  }
  const official = options.official ?? officialFiles(dataset);
  const facts = officialFacts(dataset);
  const supported = datasetFacts(dataset)?.supported ?? false;
  if (stat !== null && !stat.isDirectory) {
    if (!supported || official === undefined || facts === undefined) {
      throw new UserError(
        `--data ${dataset}=${directory}: expected a folder with an index.csv, found a file`,
      );
    }
    return archive(directory, { official, facts, cache });
  }
  if (stat !== null) {
    if (await statFile(join(directory, "index.csv"))) {
      const indexed = await openIndexedFolder({ dataset, path: directory, cache });
      const digest = await indexedDigest(indexed, cache);
      return {
        found: { kind: "indexed", path: resolve(directory), digest, facts: indexedFacts(indexed) },
      };
    }
    if (supported && official !== undefined && facts !== undefined) {
      for (const path of [directory, join(directory, official.folder)]) {
        const [firstName] = Object.keys(official.files);
        if (firstName === undefined || !await statFile(join(path, firstName))) continue;
        const digest = await checkUnpacked(path, { official, cache });
        return { found: { kind: "binary", path: resolve(path), digest, facts } };
      }
      const path = join(directory, official.archive.name);
      if (await statFile(path)) return archive(path, { official, facts, cache });
    }
  }
  const reason = await missingReason({ dataset, directory, supported, official });
  if (folder !== undefined) throw new UserError(`--data ${dataset}=${folder}: ${reason}`);
  return { missing: reason };
}

function locateSynthetic(synthesis: Synthesis | undefined): Located {
  const facts = officialFacts("synthetic", synthesis);
  if (facts === undefined) throw new Error("internal: synthetic set without parameters");
  return { found: { kind: "synthetic", path: "", digest: "parameters", facts } };
}

async function archive(path: string, { official, facts, cache }: {
  readonly official: OfficialFiles;
  readonly facts: SourceFacts;
  readonly cache: SourceCache;
}): Promise<Located> {
  const digest = await checkArchive(path, { archive: official.archive, cache });
  return { found: { kind: "archive", path: resolve(path), digest, facts } };
}

async function missingReason(options: {
  readonly dataset: string;
  readonly directory: string;
  readonly supported: boolean;
  readonly official: OfficialFiles | undefined;
}): Promise<string> {
  const { dataset, directory, supported, official } = options;
  const facts = datasetFacts(dataset);
  if (facts !== undefined && !supported) {
    return `${facts.title} is not supported yet, except as an indexed folder (docs/own-data.md)`;
  }
  if (facts === undefined || official === undefined) {
    return `expected ${
      join(directory, "index.csv")
    }, found none: docs/own-data.md says how to write it`;
  }
  const { name } = official.archive;
  const begun = await statFile(`${join(directory, name)}.part`);
  const found = begun === null
    ? "found none"
    : `found ${begun.size} bytes of an unfinished download`;
  return `expected ${name}, ${official.folder}/ or index.csv in ${directory}, ${found}: run "deno task data get ${dataset}"`;
}
