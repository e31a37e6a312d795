import { join } from "node:path";
import { exists, namesIn } from "../dag/atomic.ts";
import { libraryFault } from "./elf.ts";
import type { Location } from "./locate.ts";
import { defaultPlaces, type Places } from "./places.ts";

/** The npm package behind the engine `tfjs-node-gpu`, of the version of TensorFlow.js that this program uses. */
export const NODE_PACKAGE = "@tensorflow/tfjs-node-gpu";
export const NODE_PACKAGE_VERSION = "4.22.0";

/** The folder that the user's npm installs the package into, beside the other engines. */
export function nodePackageFolder({ root }: Pick<Places, "root"> = defaultPlaces()): string {
  return join(root, "tfjs-node-gpu");
}

/** The user's own command that installs the package there: this program installs none from npm. */
export function nodePackageCommand(places: Pick<Places, "root"> = defaultPlaces()): string {
  const folder = nodePackageFolder(places);
  const quoted = /\s/.test(folder) ? `"${folder}"` : folder;
  return `npm install --prefix ${quoted} ${NODE_PACKAGE}@${NODE_PACKAGE_VERSION}`;
}

/** Says whether the package is there, of the right version and with its addon. Loads nothing. */
export function locateNodePackage(
  places: Pick<Places, "root" | "os" | "arch"> = defaultPlaces(),
): Location {
  const { os, arch } = places;
  const directory = nodePackageFolder(places);
  const command = nodePackageCommand(places);
  if (!exists(directory)) return { state: "absent", command };
  const folder = join(directory, "node_modules", ...NODE_PACKAGE.split("/"));
  const broken = (reason: string): Location => ({ state: "broken", reason, command });
  const version = versionIn(join(folder, "package.json"));
  if (version === undefined) return broken(`${folder} holds no npm package`);
  if (version !== NODE_PACKAGE_VERSION) {
    return broken(`${folder} is version ${version}, expected ${NODE_PACKAGE_VERSION}`);
  }
  const addon = addonsIn(folder).find(exists);
  if (addon === undefined) {
    return broken(`${folder} lacks its addon: the package's install script did not end well`);
  }
  const libraries = [addon, ...tensorflowIn(folder)];
  const fault = os === "linux" ? faultIn(libraries, arch) : undefined;
  return fault === undefined ? { state: "ready", directory, version, libraries } : broken(fault);
}

/** Where it may be, by the version of Node's interface that it was built for: lib/napi-v8/tfjs_binding.node. */
function addonsIn(folder: string): string[] {
  return namesIn(join(folder, "lib")).filter((name) => name.startsWith("napi-v"))
    .map((name) => join(folder, "lib", name, "tfjs_binding.node"));
}

/** The libraries that the install script downloads. */
function tensorflowIn(folder: string): string[] {
  const libraries = join(folder, "deps", "lib");
  return namesIn(libraries).filter((name) => /^libtensorflow.*\.so/.test(name))
    .map((name) => join(libraries, name));
}

/** What is wrong with the first library that is truncated or for another processor: to load it could end the process. */
function faultIn(libraries: readonly string[], arch: Places["arch"]): string | undefined {
  for (const path of libraries) {
    const fault = libraryFault(path, arch);
    if (fault !== null) return `${path} ${fault}`;
  }
  return undefined;
}

function versionIn(path: string): string | undefined {
  try {
    const { version } = JSON.parse(Deno.readTextFileSync(path)) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch (error) {
    const isExpected = error instanceof Deno.errors.NotFound || error instanceof SyntaxError ||
      error instanceof Deno.errors.NotADirectory;
    if (!isExpected) throw error;
    return undefined;
  }
}
