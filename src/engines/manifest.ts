import { join } from "node:path";
import { z } from "zod";
import { readIfThere } from "../dag/atomic.ts";
import type { Build, CatalogueEngine } from "./catalogue.ts";

const file = z.strictObject({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const schema = z.strictObject({
  format: z.literal(1),
  engine: z.string(),
  version: z.string(),
  os: z.string(),
  arch: z.string(),
  wheels: z.array(z.strictObject({ file: z.string(), sha256: z.string() })),
  files: z.array(file),
});

/** What an installation consists of; written last, so that a directory without it is one that was not finished. */
export type Manifest = z.infer<typeof schema>;
export type InstalledFile = z.infer<typeof file>;

const name = "manifest.json";

export function writeManifest(directory: string, manifest: Manifest): void {
  Deno.writeTextFileSync(join(directory, name), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The manifest of a directory, or what is wrong with it. */
export function readManifest(directory: string): Manifest | { readonly fault: string } {
  const text = readIfThere(join(directory, name));
  if (text === undefined) {
    return { fault: `half-installed: ${join(directory, name)} is missing` };
  }
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  return { fault: `${join(directory, name)} is not a manifest that this version understands` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The wheels of a build as a manifest names them. */
export function wheelsOf({ wheels }: Build): Manifest["wheels"] {
  return wheels.map(({ file, sha256 }) => ({ file, sha256 }));
}

/** A manifest for the files of a build. */
export function makeManifest(
  { name, version }: CatalogueEngine,
  { build, files }: { readonly build: Build; readonly files: readonly InstalledFile[] },
): Manifest {
  const { os, arch } = build;
  const wheels = wheelsOf(build);
  return { format: 1, engine: name, version, os, arch, wheels, files: [...files] };
}
