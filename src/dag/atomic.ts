/** Writes that are either there in full or not at all, also after a power cut. */

/** Flushes a file or a directory to the disk. */
export function syncPath(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}

/** Flushes every file and directory below `root`, and `root` itself. */
export function syncTree(root: string): void {
  for (const entry of Deno.readDirSync(root)) {
    const path = `${root}/${entry.name}`;
    if (entry.isDirectory) syncTree(path);
    else syncPath(path);
  }
  syncPath(root);
}

/** Replaces a small file by rename; readers see the old text or the new one. Not flushed: for records that may be lost. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    Deno.writeTextFileSync(temporary, text);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removePath(temporary);
    throw error;
  }
}

/** Deletes a file or directory that may be absent. */
export function removePath(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** Whether a path is there. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Text of a file that may be absent. */
export function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Names in a directory that may be absent, sorted. */
export function namesIn(path: string): string[] {
  try {
    return Array.from(Deno.readDirSync(path), (entry) => entry.name).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** Whether an error says that the disk (or a quota) is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /ENOSPC|EDQUOT|os error (28|122)\b|no space left/i.test(
    `${(error as { code?: string }).code ?? ""} ${error.message}`,
  );
}
