import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import type { OfficialFiles } from "./checksums.ts";
import { listingDigest } from "./listing_digest.ts";
import { cachedHash, type SourceCache } from "./source_cache.ts";

/** Checks size and hash of an official archive; returns its digest. Throws a UserError that says what was expected and found. */
export async function checkArchive(path: string, { archive, cache }: {
  readonly archive: OfficialFiles["archive"];
  readonly cache: SourceCache;
}): Promise<string> {
  const { size } = await Deno.stat(path);
  if (size < archive.bytes) {
    throw new UserError(
      `${path} is truncated: expected ${archive.bytes} bytes, found ${size}. Delete it and get it again`,
    );
  }
  const found = await cachedHash(path, { algorithm: "md5", cache });
  if (found !== archive.md5) {
    throw wrongHash(path, { algorithm: "MD5", expected: archive.md5, found });
  }
  return `md5:${found}`;
}

/** Checks size and hash of every file of an unpacked official archive; returns their digest. Throws a UserError as above. */
export async function checkUnpacked(folder: string, { official, cache }: {
  readonly official: OfficialFiles;
  readonly cache: SourceCache;
}): Promise<string> {
  const hashes = new Map<string, string>();
  for (const [name, expected] of Object.entries(official.files)) {
    const path = join(folder, name);
    const stat = await statFile(path);
    if (stat === null) {
      throw new UserError(
        `${folder}: expected the ${Object.keys(official.files).length} files of ${
          basename(official.folder)
        }, found no ${name}`,
      );
    }
    if (expected.bytes !== undefined && stat.size < expected.bytes) {
      throw new UserError(
        `${path} is truncated: expected ${expected.bytes} bytes, found ${stat.size}`,
      );
    }
    const algorithm = expected.sha1 === undefined ? "md5" : "sha1";
    const hash = expected[algorithm];
    if (hash === undefined) throw new Error(`internal: no hash of ${name}`);
    const found = await cachedHash(path, { algorithm, cache });
    if (found !== hash) {
      throw wrongHash(path, {
        algorithm: algorithm === "md5" ? "MD5" : "SHA-1",
        expected: hash,
        found,
      });
    }
    hashes.set(name, found);
  }
  return listingDigest(hashes);
}

/** Facts about a file or folder, or null if there is none. */
export async function statFile(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}

function wrongHash(path: string, { algorithm, expected, found }: {
  readonly algorithm: string;
  readonly expected: string;
  readonly found: string;
}): UserError {
  return new UserError(
    `${path} is not the official file: expected ${algorithm} ${expected}, found ${found}. Delete it and get it again`,
  );
}
