import { join } from "node:path";
import { digestFile } from "../dag/hash.ts";
import type { EngineName } from "./catalogue.ts";
import { locateEngine, type Location } from "./locate.ts";
import { readManifest } from "./manifest.ts";
import { defaultPlaces, installCommand, type Places } from "./places.ts";

/** `locateEngine`, and every file of a ready engine hashed: seconds for the largest. */
export function checkEngine(name: EngineName, places: Places = defaultPlaces()): Location {
  const found = locateEngine(name, places);
  if (found.state !== "ready") return found;
  const broken = (reason: string): Location => ({
    state: "broken",
    reason,
    command: installCommand(name),
  });
  const manifest = readManifest(found.directory);
  if ("fault" in manifest) return broken(manifest.fault);
  for (const { path, sha256 } of manifest.files) {
    const file = join(found.directory, path);
    const { digest } = digestFile(file);
    if (digest !== sha256) return broken(`${file} was changed: its SHA-256 is ${digest}`);
  }
  return found;
}
