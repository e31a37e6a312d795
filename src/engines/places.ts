import { join } from "node:path";
import { UserError } from "../errors.ts";
import { type Build, CATALOGUE, type CatalogueEngine, type EngineName } from "./catalogue.ts";

/** Where to look and for what. Tests bring their own. */
export interface Places {
  readonly catalogue: readonly CatalogueEngine[];
  /** The folder that holds a folder for each engine. */
  readonly root: string;
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
}

/** The user's folder for what can be had again: `XDG_CACHE_HOME` or its counterpart on this system; undefined without a home. */
function userCache(): string | undefined {
  const { os } = Deno.build;
  const given = os === "windows"
    ? Deno.env.get("LOCALAPPDATA")
    : os === "darwin"
    ? undefined
    : Deno.env.get("XDG_CACHE_HOME");
  if (given) return given;
  const home = Deno.env.get(os === "windows" ? "USERPROFILE" : "HOME");
  if (!home) return undefined;
  return join(
    home,
    os === "darwin" ? "Library/Caches" : os === "windows" ? "AppData/Local" : ".cache",
  );
}

/** Whether this user has a place for engines. */
export function hasCache(): boolean {
  return userCache() !== undefined;
}

/** The catalogue, this machine, and `<user's cache>/retable/engines`. Throws a UserError where there is no home. */
export function defaultPlaces(): Places {
  const { os, arch } = Deno.build;
  const cache = userCache();
  if (cache === undefined) {
    throw new UserError("The engines' folder cannot be named: HOME is not set.");
  }
  return { catalogue: CATALOGUE, root: join(cache, "retable", "engines"), os, arch };
}

/** Where the engine xla keeps what it compiled. */
export function executableCache(places: Places = defaultPlaces()): string {
  return join(places.root, "..", "executables");
}

/** An entry of the catalogue. */
export function findEngine(name: EngineName, { catalogue }: Places): CatalogueEngine {
  const found = catalogue.find((engine) => engine.name === name);
  if (!found) throw new Error(`internal: the catalogue has no engine "${name}"`);
  return found;
}

/** What there is for this machine. */
export function findBuild(engine: CatalogueEngine, { os, arch }: Places): Build | undefined {
  return engine.builds.find((build) => build.os === os && build.arch === arch);
}

/** The directory of one version. */
export function engineDirectory({ name, version }: CatalogueEngine, { root }: Places): string {
  return join(root, `${name}-${version}`);
}

/** The command that installs an engine. */
export function installCommand(name: EngineName): string {
  return `deno task engine install ${name}`;
}
