import { join } from "node:path";
import { digestFile } from "../dag/hash.ts";
import { OutsideError } from "../errors.ts";
import type { Wheel } from "./catalogue.ts";
import type { Installer } from "./installer.ts";

export interface DownloadWheelOptions {
  readonly installer: Installer;
  /** An empty directory of its own; pip works there too, not in the system's small temporary one. */
  readonly directory: string;
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Python that wheels are asked for: the file is not run, so that it need not be the user's. */
const python = ["--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"];

const pollMilliseconds = 250;

/** Platform tags of a wheel: the last part of its name. */
function platforms(file: string): string[] {
  const tags = file.replace(/\.whl$/, "").split("-").at(-1) ?? "";
  return tags.split(".");
}

/**
 * Downloads one wheel by the user's own pip, which looks where the user has told it to and refuses other bytes than the pinned
 * ones; these are hashed here again. Returns the file's path. Throws an OutsideError with pip's own words if it fails, and the
 * signal's reason if that fires.
 */
export async function downloadWheel(wheel: Wheel, options: DownloadWheelOptions): Promise<string> {
  const { installer, directory, signal, onProgress } = options;
  const requirements = join(directory, "requirements.txt");
  const temporary = join(directory, "tmp");
  Deno.mkdirSync(temporary, { recursive: true });
  const { project, version, sha256, file } = wheel;
  Deno.writeTextFileSync(requirements, `${project}==${version} --hash=sha256:${sha256}\n`);
  const timer = setInterval(() => onProgress?.(sizeBelow(directory)), pollMilliseconds);
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(installer.command, {
      args: [
        ...[
          ...installer.prefix,
          "download",
          "--quiet",
          "--no-input",
          "--disable-pip-version-check",
        ],
        ...["--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", directory],
        ...[...python, ...platforms(file).flatMap((tag) => ["--platform", tag])],
        ...["--requirement", requirements],
      ],
      env: { TMPDIR: temporary },
      stdin: "null",
      ...(signal ? { signal } : {}),
    }).output();
  } finally {
    clearInterval(timer);
  }
  signal?.throwIfAborted();
  if (!result.success) {
    const said = lastWords(new TextDecoder().decode(result.stderr));
    throw new OutsideError(`${installer.name} could not download ${project} ${version}: ${said}`);
  }
  const path = join(directory, file);
  checkWheel(path, wheel);
  return path;
}

/** What pip said at the end: its errors without what it read and tried before. */
function lastWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const from = lines.findIndex((line) => line.startsWith("ERROR:"));
  return lines.slice(from < 0 ? -4 : from).slice(0, 8).join("\n  ") || "it said nothing";
}

function checkWheel(path: string, { file, sha256 }: Wheel): void {
  let digest: string;
  try {
    ({ digest } = digestFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new OutsideError(`pip did not bring ${file}; what it brought was deleted`);
  }
  if (digest === sha256) return;
  throw new OutsideError(
    `${file} is not the pinned file: expected SHA-256 ${sha256}, found ${digest}; what came was deleted`,
  );
}

/** Bytes of the files that are there at this moment. */
function sizeBelow(directory: string): number {
  let bytes = 0;
  try {
    for (const { name, isDirectory } of Deno.readDirSync(directory)) {
      const path = join(directory, name);
      bytes += isDirectory ? sizeBelow(path) : Deno.statSync(path).size;
    }
  } catch (error) {
    // pip moves its files.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}
