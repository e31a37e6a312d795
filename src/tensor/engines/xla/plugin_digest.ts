import { join } from "node:path";
import { digestFile, hashJson } from "../../../dag/hash.ts";

/**
 * sha256 of a plugin. Reading hundreds of megabytes takes a second, so it is remembered in the cache for as long as the file is the same
 * one and was not written since, by its number and the time of its last change, which no program can set.
 */
export async function pluginDigest(path: string, cache: string | undefined): Promise<string> {
  if (!cache) return digestFile(path).digest;
  const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
  const times = [mtime, ctime].map((time) => time?.getTime() ?? 0);
  const identity = hashJson("file", [path, dev, ino ?? 0, size, ...times]);
  const memo = join(cache, `plugin-${identity}.txt`);
  const known = await Deno.readTextFile(memo).catch(() => "");
  if (/^[0-9a-f]{64}$/.test(known)) return known;
  const { digest } = digestFile(path);
  try {
    await Deno.mkdir(cache, { recursive: true });
    await Deno.writeTextFile(`${memo}.${Deno.pid}.tmp`, digest);
    await Deno.rename(`${memo}.${Deno.pid}.tmp`, memo);
  } catch {
    // Then it is read again next time.
  }
  return digest;
}
