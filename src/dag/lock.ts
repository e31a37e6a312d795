/**
 * Locks by `flock`: the kernel frees one when its holder dies, however it dies. For a store on a local disk; a shared
 * file system needs another implementation of `Lock`.
 */

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/** Takes the lock at `path`, or returns undefined if another process holds it. */
export async function tryLock(path: string): Promise<Lock | undefined> {
  for (;;) {
    const file = openLock(path);
    if (!await file.tryLock(true)) {
      file.close();
      return undefined;
    }
    if (isCurrent(file, path)) return held(file, path);
    file.close();
  }
}

/** Whether a process holds the lock at `path` now. A file that a killed one left is no lock; nothing is written or deleted. */
export function isLocked(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    return !file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Takes the lock at `path`, waiting until it is free; throws `signal.reason` when told to stop. */
export async function waitForLock(path: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    const file = openLock(path);
    const locked = file.lock(true);
    await Promise.race([locked, aborted(signal)]).catch((error) => {
      // The kernel may still hand it over later: then it is given back at once.
      locked.then(() => file.close(), () => {});
      throw error;
    });
    if (isCurrent(file, path)) return held(file, path);
    file.close();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function openLock(path: string): Deno.FsFile {
  return Deno.openSync(path, { create: true, write: true, read: true });
}

/** The holder deletes the file, so one that waited may hold a lock on a file without a name. */
function isCurrent(file: Deno.FsFile, path: string): boolean {
  try {
    return Deno.statSync(path).ino === file.statSync().ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function held(file: Deno.FsFile, path: string): Lock {
  return {
    release() {
      try {
        Deno.removeSync(path);
      } finally {
        file.close();
      }
    },
  };
}
