import { join } from "node:path";
import { removePath, syncTree } from "../dag/atomic.ts";
import { digestFile } from "../dag/hash.ts";
import { OutsideError, UserError } from "../errors.ts";
import type { Build, CatalogueEngine, EngineName, Wheel } from "./catalogue.ts";
import { downloadWheel } from "./download_wheel.ts";
import { libraryFault } from "./elf.ts";
import { findInstaller, type Installer } from "./installer.ts";
import { locateEngine } from "./locate.ts";
import { type InstalledFile, makeManifest, writeManifest } from "./manifest.ts";
import { lockEngines } from "./lock.ts";
import { defaultPlaces, engineDirectory, findBuild, findEngine, type Places } from "./places.ts";
import { unpackWheel } from "./unpack.ts";

/** How far an installation is. Bytes of the wheel that is being downloaded or unpacked. */
export interface InstallProgress {
  readonly phase: "download" | "unpack";
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface InstallOptions {
  readonly places?: Places;
  readonly installers?: readonly Installer[];
  readonly onProgress?: (progress: InstallProgress) => void;
  /** Stops the installation; nothing of it stays. */
  readonly signal?: AbortSignal;
}

/**
 * Installs an engine into the user's cache: each pinned wheel is downloaded by the user's pip, hashed, and what is needed of it
 * unpacked beside the engine's directory, which gets its name when all is there. A broken or older one is replaced then.
 *
 * @returns its directory, and whether anything was done: a ready engine is left alone
 * @throws {UserError} if there is none for this machine
 * @throws {OutsideError} if there is no pip, the download fails, or a file is not what was pinned
 */
export async function installEngine(
  name: EngineName,
  options: InstallOptions = {},
): Promise<{ readonly directory: string; readonly installed: boolean }> {
  const { places = defaultPlaces() } = options;
  const before = locateEngine(name, places);
  if (before.state === "unsupported") throw new UserError(`engine install: ${before.reason}`);
  const engine = findEngine(name, places);
  const directory = engineDirectory(engine, places);
  if (before.state === "ready") return { directory, installed: false };
  const build = findBuild(engine, places)!;
  const installer = await findInstaller(options.installers);
  Deno.mkdirSync(places.root, { recursive: true });
  const lock = await lockEngines(places);
  const scratch = `${directory}.part`;
  try {
    // Another process may have installed it before this one got the lock.
    const found = locateEngine(name, places);
    if (found.state === "ready") return { directory, installed: false };
    removePath(scratch);
    await fill(scratch, { ...options, engine, build, installer });
    removePath(`${directory}.old`);
    if (found.state === "broken") Deno.renameSync(directory, `${directory}.old`);
    Deno.renameSync(join(scratch, "engine"), directory);
    removePath(`${directory}.old`);
  } finally {
    removePath(scratch);
    lock.release();
  }
  return { directory, installed: true };
}

async function fill(
  scratch: string,
  options: InstallOptions & {
    readonly engine: CatalogueEngine;
    readonly build: Build;
    readonly installer: Installer;
  },
): Promise<void> {
  const { engine, build } = options;
  const directory = join(scratch, "engine");
  Deno.mkdirSync(directory, { recursive: true });
  const paths = new Set<string>();
  for (const wheel of build.wheels) {
    for (const path of await fetchWheel(wheel, { ...options, scratch, directory })) paths.add(path);
  }
  for (const path of build.libraries) {
    const fault = libraryFault(join(directory, path), build.arch);
    if (fault !== null) throw new OutsideError(`${path} of ${engine.name} ${fault}`);
  }
  const files: InstalledFile[] = [...paths].sort().map((path) => {
    const { digest, bytes } = digestFile(join(directory, path));
    return { path, bytes, sha256: digest };
  });
  writeManifest(directory, makeManifest(engine, { build, files }));
  syncTree(directory);
}

/** Downloads and unpacks a wheel, and deletes it: the largest need the disk. */
async function fetchWheel(wheel: Wheel, { scratch, directory, installer, onProgress, signal }:
  & InstallOptions
  & {
    readonly scratch: string;
    readonly directory: string;
    readonly installer: Installer;
  }): Promise<string[]> {
  const { file, bytes } = wheel;
  const download = join(scratch, "download");
  const say = (phase: InstallProgress["phase"], doneBytes: number, totalBytes: number) =>
    onProgress?.({ phase, file, doneBytes: Math.min(doneBytes, totalBytes), totalBytes });
  say("download", 0, bytes);
  const path = await downloadWheel(wheel, {
    installer,
    directory: download,
    onProgress: (done) => say("download", done, bytes),
    signal,
  });
  const paths = await unpackWheel(path, {
    wheel,
    directory,
    onProgress: (done, total) => say("unpack", done, total),
    signal,
  });
  removePath(download);
  return paths;
}
