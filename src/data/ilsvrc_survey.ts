import { basename } from "node:path";
import { UserError } from "../errors.ts";
import { ILSVRC_ARCHIVES, type OfficialArchive } from "./checksums.ts";
import { hashBytes } from "./hash_file.ts";
import type { IlsvrcFiles } from "./ilsvrc_files.ts";
import { listValidation } from "./ilsvrc_validation.ts";
import { listingDigest } from "./listing_digest.ts";
import { listPictures, type PictureHome } from "./picture_home.ts";
import { cachedFact, cachedHash, type SourceCache } from "./source_cache.ts";

/** What planning knows of the pictures of ILSVRC-2012. */
export interface IlsvrcSurvey {
  /**
   * Names every picture's name and length, and the validation pictures' classes; of the training archive the names and lengths of
   * the 1,000 archives in it. 1.3 million pictures are not hashed.
   */
  readonly digest: string;
  /** Training pictures of each class in the classes' order; null for an archive that has to be gone through first. */
  readonly trainCounts: readonly number[] | null;
  readonly testCount: number;
}

/** Looks at every picture's name and length, those of archives through the cache. Throws a UserError where `listValidation` does. */
export async function surveyIlsvrc(files: IlsvrcFiles, { labelOfWnid, cache }: {
  readonly labelOfWnid: ReadonlyMap<string, number>;
  readonly cache: SourceCache;
}): Promise<IlsvrcSurvey> {
  const facts = new Map<string, string>();
  const trainCounts: number[] = [];
  for (const [wnid, home] of files.train) {
    const fact = "tar" in home ? `0 ${home.name} ${home.size}` : await homeFact(home, cache);
    facts.set(`train/${wnid}`, fact);
    trainCounts.push(countOf(fact));
  }
  let testCount = 0;
  if (files.validation instanceof Map) {
    for (const [wnid, home] of files.validation as ReadonlyMap<string, PictureHome>) {
      const fact = await homeFact(home, cache);
      facts.set(`val/${wnid}`, fact);
      testCount += countOf(fact);
    }
  } else {
    const fact = await validationFact(files, { labelOfWnid, cache });
    facts.set("val", fact);
    testCount = countOf(fact);
  }
  const digest = listingDigest(facts);
  return { digest, trainCounts: files.trainTar === null ? trainCounts : null, testCount };
}

function countOf(fact: string): number {
  return Number(fact.slice(0, fact.indexOf(" ")));
}

/** A fact about a home's pictures. Only an archive's is kept: a folder's time stays when a picture in it is written anew. */
function pictureFact(home: PictureHome, { what, cache, compute }: {
  readonly what: string;
  readonly cache: SourceCache;
  readonly compute: () => Promise<string>;
}): Promise<string> {
  return "folder" in home ? compute() : cachedFact(home.tar, { what, cache, compute });
}

/** Number of pictures, and a hash of their names and lengths. */
function homeFact(home: PictureHome, cache: SourceCache): Promise<string> {
  return pictureFact(home, {
    what: "pictures",
    cache,
    compute: () => {
      const lines = listPictures(home).map(({ name, size }) => `${name} ${size}`);
      return Promise.resolve(fact(lines));
    },
  });
}

async function validationFact(files: IlsvrcFiles, { labelOfWnid, cache }: {
  readonly labelOfWnid: ReadonlyMap<string, number>;
  readonly cache: SourceCache;
}): Promise<string> {
  const home = files.validation as PictureHome;
  const labels = await cachedHash(files.labels!, { algorithm: "sha256", cache });
  return await pictureFact(home, {
    what: `pictures labelled by ${labels}`,
    cache,
    compute: async () => {
      const pictures = await listValidation(files, { labelOfWnid });
      return fact(
        pictures.map(({ picture: { name, size }, label }) => `${name} ${size} ${label}`),
      );
    },
  });
}

function fact(lines: readonly string[]): string {
  return `${lines.length} ${hashBytes(lines.join("\n"), "sha256")}`;
}

/**
 * Checks the size of the archives that were found, and with `hashes` their MD5. Throws a UserError that says what was expected and
 * found.
 */
export async function checkIlsvrcArchives(
  { trainTar, validationTar, labels }: IlsvrcFiles,
  { archives = ILSVRC_ARCHIVES, hashes, cache }: {
    /** The published ones, unless a test brings its own. */
    readonly archives?: Readonly<Record<string, OfficialArchive>> | undefined;
    readonly hashes: boolean;
    readonly cache: SourceCache;
  },
): Promise<void> {
  for (const path of [trainTar, validationTar, labels]) {
    const expected = path === null ? undefined : archives[basename(path)];
    if (path === null || expected === undefined) continue;
    const { size } = await Deno.stat(path);
    if (expected.bytes !== undefined && size !== expected.bytes) {
      const what = size < expected.bytes ? "truncated" : "not the official file";
      throw new UserError(
        `${path} is ${what}: expected ${expected.bytes} bytes, found ${size}. Delete it and get it again`,
      );
    }
    if (!hashes) continue;
    const md5 = await cachedHash(path, { algorithm: "md5", cache });
    if (md5 !== expected.md5) {
      throw new UserError(
        `${path} is not the official file: expected MD5 ${expected.md5}, found ${md5}. Delete it and get it again`,
      );
    }
  }
}
