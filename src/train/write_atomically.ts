import { dirname } from "node:path";

/** Writes a file so that after a crash it is there whole or not at all: temporary file, fsync, rename. */
export async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  try {
    using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // a full disk gets its space back; the first error is the one to tell
    throw error;
  }
  await Deno.rename(temporary, path);
}
