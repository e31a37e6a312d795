import { dirname, join } from "node:path";
import { digestFile, hashJson } from "../../../dag/hash.ts";

/** Digests by the identity of the file, for the life of the process. */
const digests = new Map<string, string>();

/**
 * sha256 of a plugin. Reading hundreds of megabytes takes up to a second, so it is remembered, also in the cache, for as long as the file
 * is the same one and was not written since: by its number and the time of its last change, which no program can set.
 */
export async function pluginDigest(path: string, cache: string | undefined): Promise<string> {
  const identity = await identityOf(path);
  const memo = cache && join(cache, `plugin-${identity}.txt`);
  const known = digests.get(identity) ?? await readMemo(memo);
  const digest = known ?? digestFile(path).digest;
  digests.set(identity, digest);
  if (!known && memo) await writeMemo(memo, digest);
  return digest;
}

async function identityOf(path: string): Promise<string> {
  const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
  const times = [mtime, ctime].map((time) => time?.getTime() ?? 0);
  return hashJson("file", [path, dev, ino ?? 0, size, ...times]);
}

async function readMemo(memo: string | undefined): Promise<string | undefined> {
  if (!memo) return undefined;
  const text = await Deno.readTextFile(memo).catch(() => "");
  return /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

async function writeMemo(memo: string, digest: string): Promise<void> {
  const scratch = `${memo}.${Deno.pid}.tmp`;
  try {
    await Deno.mkdir(dirname(memo), { recursive: true });
    await Deno.writeTextFile(scratch, digest);
    await Deno.rename(scratch, memo);
  } catch {
    // Then the plugin is read again next time.
  }
}
