import { join } from "node:path";
import { exists, namesIn } from "../dag/atomic.ts";
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
export function locateNodePackage(places: Pick<Places, "root"> = defaultPlaces()): Location {
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
  // lib/napi-v8/tfjs_binding.node, by the version of Node's interface that it was built for.
  const addon = namesIn(join(folder, "lib")).filter((name) => name.startsWith("napi-v"))
    .map((name) => join(folder, "lib", name, "tfjs_binding.node")).find(exists);
  if (addon === undefined) {
    return broken(`${folder} lacks its addon: the package's install script did not end well`);
  }
  return { state: "ready", directory, version, libraries: [addon] };
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
