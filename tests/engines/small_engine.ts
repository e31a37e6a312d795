import { existsSync } from "node:fs";
import { join } from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { hashBytes } from "../../src/dag/hash.ts";
import type { Build, CatalogueEngine, Wheel } from "../../src/engines/mod.ts";
import type { Places } from "../../src/engines/places.ts";
import type { Installer } from "../../src/engines/installer.ts";

/** A real library, small, for the processor that the tests' places name. */
export const LIBRARY = ["/lib/x86_64-linux-gnu/libm.so.6", "/lib/aarch64-linux-gnu/libm.so.6"]
  .find((path) => existsSync(path));

const { arch } = Deno.build;

export interface SmallEngine {
  readonly folder: string;
  readonly places: Places;
  readonly engine: CatalogueEngine;
  /** Where it is installed. */
  readonly directory: string;
  readonly library: string;
  /** Path of its wheel. */
  readonly wheel: string;
  /** A "pip" that copies the wheel, whatever it is. */
  readonly copier: Installer;
}

const METADATA = "Metadata-Version: 2.1\nName: small-engine\nVersion: 1.0\n";
const WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: py3-none-any\n";

/** A wheel: a zip archive with the files that pip wants to see. */
export async function makeWheel(
  files: Readonly<Record<string, Uint8Array>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  const info = "small_engine-1.0.dist-info";
  const all = {
    ...files,
    [`${info}/METADATA`]: encode(METADATA),
    [`${info}/WHEEL`]: encode(WHEEL),
    [`${info}/RECORD`]: encode(""),
  };
  for (const [path, bytes] of Object.entries(all)) {
    await writer.add(path, new Uint8ArrayReader(bytes));
  }
  return new Uint8Array(await writer.close());
}

/** A pip that does not look at hashes: it copies a file to where it is told to download. */
export function copying(wheel: string): Installer {
  const script = 'case "$*" in *--version*) exit 0;; esac; ' +
    `while [ "$1" != --dest ]; do shift; done; cp '${wheel}' "$2"`;
  return { name: "copying pip", command: "sh", prefix: ["-c", script, "pip"] };
}

/** An engine of one small library, pinned as it is, or otherwise as `change` says. */
export async function withSmallEngine(
  test: (small: SmallEngine) => Promise<void>,
  options: {
    readonly files?: Readonly<Record<string, Uint8Array>>;
    /** What happens to the wheel after it was made and before it is pinned. */
    readonly damage?: (bytes: Uint8Array<ArrayBuffer>) => void;
    readonly change?: (wheel: Wheel) => Wheel;
  } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const {
      files = { "small/libsmall.so.1": Deno.readFileSync(LIBRARY!) },
      change = (same) => same,
    } = options;
    const bytes = await makeWheel({ ...files, "small/notes.txt": new Uint8Array(9) });
    options.damage?.(bytes);
    const file = "small_engine-1.0-py3-none-any.whl";
    Deno.mkdirSync(join(folder, "wheels"));
    const wheel = join(folder, "wheels", file);
    Deno.writeFileSync(wheel, bytes);
    const build: Build = {
      os: "linux",
      arch,
      tested: "tested",
      wheels: [change({
        project: "small-engine",
        version: "1.0",
        file,
        sha256: hashBytes(bytes),
        bytes: bytes.length,
        unpack: { "small/libsmall.so.1": "libsmall.so.1" },
      })],
      libraries: ["libsmall.so.1"],
      unpackedBytes: 1,
    };
    const engine: CatalogueEngine = {
      name: "tensorflow",
      version: "1.0",
      purpose: "tests",
      builds: [build],
    };
    const root = join(folder, "engines");
    const directory = join(root, "tensorflow-1.0");
    await test({
      folder,
      places: { catalogue: [engine], root, os: "linux", arch },
      engine,
      directory,
      library: join(directory, "libsmall.so.1"),
      wheel,
      copier: copying(wheel),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A test that needs a real library of Linux. */
export function linuxTest(name: string, fn: () => Promise<void>): void {
  const ignore = LIBRARY === undefined;
  Deno.test({ name: `${name}${ignore ? " (skipped: no Linux library)" : ""}`, ignore, fn });
}
