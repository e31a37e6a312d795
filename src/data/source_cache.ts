import { resolve } from "node:path";
import { type HashAlgorithm, hashFile } from "./hash_file.ts";

/**
 * Remembers what was computed from a file, so that planning does not read it again. Keys contain path, size, modification
 * time and inode. The caller keeps it between calls; losing it costs time only. `prepare` reads and hashes the bytes anyway.
 */
export interface SourceCache {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** Hash of a file through the cache. Throws Deno.errors.NotFound if it is not there. */
export function cachedHash(path: string, options: {
  readonly algorithm: HashAlgorithm;
  readonly cache: SourceCache;
}): Promise<string> {
  return cachedFact(path, {
    what: options.algorithm,
    cache: options.cache,
    compute: () => hashFile(path, options.algorithm),
  });
}

/** Any fact about a file's bytes, as text, through the cache. */
export async function cachedFact(path: string, options: {
  readonly what: string;
  readonly cache: SourceCache;
  readonly compute: () => Promise<string>;
}): Promise<string> {
  const stat = await Deno.stat(path);
  const key = [options.what, stat.size, stat.mtime?.getTime() ?? 0, stat.ino ?? 0, resolve(path)]
    .join(":");
  const known = options.cache.get(key);
  if (known !== undefined) return known;
  const value = await options.compute();
  options.cache.set(key, value);
  return value;
}
