import { basename, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import type { PartCounts } from "./check_batches.ts";
import type { DownsampledArchive, OfficialArchive, OfficialFiles } from "./checksums.ts";
import { datasetFacts } from "./datasets.ts";
import { ILSVRC_EXPECTED } from "./ilsvrc_files.ts";
import { indexedDigest, indexedFacts, openIndexedFolder } from "./indexed_folder.ts";
import type { SourceKind } from "./loaded_set.ts";
import { locateImagenet127 } from "./locate_imagenet127.ts";
import { checkArchive, checkUnpacked, statFile } from "./official_check.ts";
import { type OfficialForm, officialForms } from "./official_forms.ts";
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
  /** Where its images differ from those that published results are of, in words for a report. */
  readonly departures?: readonly SourceDeparture[];
  /** What a check cannot tell: that of some of the official files no hash is published. */
  readonly unpublished?: string;
}

/** A difference between the images here and those of published results. */
export interface SourceDeparture {
  readonly name: string;
  readonly paper: string;
  readonly ours: string;
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
  /** The same of the python version. */
  readonly python?: OfficialFiles | undefined;
  /** The same of downsampled ImageNet's archives, by name. */
  readonly archives?: Readonly<Record<string, DownsampledArchive>> | undefined;
  /** The same of ILSVRC-2012's archives, by name. */
  readonly ilsvrc?: Readonly<Record<string, OfficialArchive>> | undefined;
  /** Pictures of downsampled ImageNet; the official numbers unless a test brings its own. */
  readonly pictures?: PartCounts | undefined;
  /** Looks into what planning only measures or hashes: ILSVRC-2012's 155 GB of archives, and batches that nobody published a hash of. */
  readonly thorough?: boolean;
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
  if (stat !== null && await statFile(join(directory, "index.csv"))) {
    const indexed = await openIndexedFolder({ dataset, path: directory, cache });
    const digest = await indexedDigest(indexed, cache);
    const facts = indexedFacts(indexed);
    return { found: { kind: "indexed", path: resolve(directory), digest, facts } };
  }
  if (stat?.isDirectory === true && datasetFacts(dataset)?.downsampled === true) {
    const found = await locateImagenet127(directory, options);
    if (found !== null) return { found };
  }
  const facts = officialFacts(dataset);
  const forms = facts === undefined ? [] : officialForms(dataset, options);
  if (stat !== null && facts !== undefined) {
    const found = stat.isDirectory
      ? await inFolder(directory, { forms, facts, cache })
      : await namedFile(directory, { forms, facts, cache });
    if (found !== null) return { found };
  }
  if (stat !== null && !stat.isDirectory) {
    throw new UserError(
      `--data ${dataset}=${directory}: expected a folder with an index.csv, found a file`,
    );
  }
  const reason = await missingReason({ dataset, directory, forms });
  if (folder !== undefined) throw new UserError(`--data ${dataset}=${folder}: ${reason}`);
  return { missing: reason };
}

function locateSynthetic(synthesis: Synthesis | undefined): Located {
  const facts = officialFacts("synthetic", synthesis);
  if (facts === undefined) throw new Error("internal: synthetic set without parameters");
  return { found: { kind: "synthetic", path: "", digest: "parameters", facts } };
}

interface Search {
  readonly forms: readonly OfficialForm[];
  readonly facts: SourceFacts;
  readonly cache: SourceCache;
}

/** Unpacked files come before archives, and count as there where any of them is: what is missing is then said. */
async function inFolder(directory: string, search: Search): Promise<FoundSource | null> {
  const { forms, facts, cache } = search;
  for (const { files, unpacked } of forms) {
    for (const path of [directory, join(directory, files.folder)]) {
      const stats = await Promise.all(
        Object.keys(files.files).map((name) => statFile(join(path, name))),
      );
      if (!stats.some((stat) => stat?.isFile)) continue;
      const digest = await checkUnpacked(path, { official: files, cache });
      return { kind: unpacked, path: resolve(path), digest, facts };
    }
  }
  for (const form of forms) {
    const path = join(directory, form.files.archive.name);
    if (await statFile(path)) return await archive(path, { form, facts, cache });
  }
  return null;
}

/** A file that the user named: its name tells its form, and where it was renamed the preferred form is tried. */
async function namedFile(path: string, { forms, facts, cache }: Search) {
  const form = forms.find(({ files }) => files.archive.name === basename(path)) ?? forms[0];
  return form === undefined ? null : await archive(path, { form, facts, cache });
}

async function archive(path: string, { form, facts, cache }: {
  readonly form: OfficialForm;
  readonly facts: SourceFacts;
  readonly cache: SourceCache;
}): Promise<FoundSource> {
  const digest = await checkArchive(path, { archive: form.files.archive, cache });
  return { kind: form.packed, path: resolve(path), digest, facts };
}

async function missingReason({ dataset, directory, forms }: {
  readonly dataset: string;
  readonly directory: string;
  readonly forms: readonly OfficialForm[];
}): Promise<string> {
  const facts = datasetFacts(dataset);
  if (facts?.downsampled === true) {
    return `expected the files of downsampled ImageNet at ${facts.size} pixels (train_data_batch_1 to 10 and val_data, ` +
      `pickles, .npz or the zip archives) in ${directory}, found none: get them from ${facts.page} (data/README.md). ` +
      `The original pictures are read as well, which is a departure: ${ILSVRC_EXPECTED}`;
  }
  const [form] = forms;
  if (form === undefined) {
    return `expected ${
      join(directory, "index.csv")
    }, found none: docs/own-data.md says how to write it`;
  }
  const { name } = form.files.archive;
  const begun = await statFile(`${join(directory, name)}.part`);
  const found = begun === null
    ? "found none"
    : `found ${begun.size} bytes of an unfinished download`;
  return `expected ${name}, ${form.files.folder}/ or index.csv in ${directory}, ${found}: run "deno task data get ${dataset}"`;
}
