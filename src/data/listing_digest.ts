import { hashBytes } from "./hash_file.ts";

/** Digest of several files: sha256 over lines of hash and name, in order of the names. */
export function listingDigest(hashes: ReadonlyMap<string, string>): string {
  const lines = [...hashes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, hash]) => `${hash}  ${name}\n`);
  return `sha256:${hashBytes(lines.join(""), "sha256")}`;
}
