import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import { exists } from "../dag/atomic.ts";
import type { Build, CatalogueEngine, EngineName } from "./catalogue.ts";
import { libraryFault } from "./elf.ts";
import { type Manifest, readManifest, wheelsOf } from "./manifest.ts";
import {
  defaultPlaces,
  engineDirectory,
  findBuild,
  findEngine,
  installCommand,
  type Places,
} from "./places.ts";

/** Whether an engine is installed. */
export type Location =
  | {
    readonly state: "ready";
    readonly directory: string;
    readonly version: string;
    /** Paths of the libraries to load, in the order in which they depend on each other. */
    readonly libraries: readonly string[];
  }
  /** `command` installs it. */
  | { readonly state: "absent"; readonly command: string }
  /** Installed, but not as it should be: it must not be loaded. `command` installs it anew. */
  | { readonly state: "broken"; readonly reason: string; readonly command: string }
  /** There is none for this machine. */
  | { readonly state: "unsupported"; readonly reason: string };

/**
 * Says whether an engine is installed, and whole as far as sizes and headers tell: cheap enough for every plan. `checkEngine` hashes.
 */
export function locateEngine(name: EngineName, places: Places = defaultPlaces()): Location {
  const engine = findEngine(name, places);
  const build = findBuild(engine, places);
  if (!build) {
    const reason = `there is no ${name} for ${places.os} on ${places.arch}`;
    return { state: "unsupported", reason };
  }
  const directory = engineDirectory(engine, places);
  const command = installCommand(name);
  if (!exists(directory)) return { state: "absent", command };
  const reason = findFault(engine, { directory, build });
  if (reason !== null) return { state: "broken", reason, command };
  const libraries = build.libraries.map((path) => join(directory, path));
  return { state: "ready", directory, version: engine.version, libraries };
}

/** What is wrong with a directory, or null. */
function findFault(
  engine: CatalogueEngine,
  { directory, build }: { readonly directory: string; readonly build: Build },
): string | null {
  const manifest = readManifest(directory);
  if ("fault" in manifest) return manifest.fault;
  return foreign(manifest, { engine, build, directory }) ??
    build.libraries.map((path) => {
      const listed = manifest.files.some((file) => file.path === path);
      return listed ? null : `${join(directory, path)} is missing`;
    }).find((fault) => fault !== null) ??
    manifest.files.map((file) => sizeFault(join(directory, file.path), file.bytes))
      .find((fault) => fault !== null) ??
    build.libraries.map((path) => headerFault(join(directory, path), build.arch))
      .find((fault) => fault !== null) ??
    null;
}

/** Whether a manifest is of something else than the catalogue asks for. */
function foreign(manifest: Manifest, { engine, build, directory }: {
  readonly engine: CatalogueEngine;
  readonly build: Build;
  readonly directory: string;
}): string | null {
  const found = `${manifest.engine} ${manifest.version} for ${manifest.os} ${manifest.arch}`;
  const expected = `${engine.name} ${engine.version} for ${build.os} ${build.arch}`;
  if (found !== expected) return `${directory} holds ${found}, expected ${expected}`;
  if (isDeepStrictEqual(manifest.wheels, wheelsOf(build))) return null;
  return `${directory} was made from other wheels than this version pins`;
}

function sizeFault(path: string, bytes: number): string | null {
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) return `${path} is no file`;
    if (size === bytes) return null;
    const what = size < bytes ? "is truncated" : "is too long";
    return `${path} ${what}: expected ${bytes} bytes, found ${size}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `${path} is missing`;
  }
}

function headerFault(path: string, arch: string): string | null {
  const fault = libraryFault(path, arch);
  return fault === null ? null : `${path} ${fault}`;
}
