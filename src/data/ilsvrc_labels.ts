import { basename } from "node:path";
import { UserError } from "../errors.ts";
import { GROUND_TRUTH, KAGGLE_SOLUTION } from "./ilsvrc_files.ts";
import { IMAGENET_CLASSES } from "./imagenet127.ts";
import { readTar } from "./tar.ts";

/** Number in a validation picture's name, which counts from 1; null for other names. */
export function validationNumber(name: string): number | null {
  const [, digits] = /^ILSVRC2012_val_(\d{8})(?:\.\w+)?$/.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}

/**
 * Labels 1 … 1000 of the validation pictures by their number: from the development kit (the list itself, or packed), or from
 * Kaggle's solution file. Throws a UserError with file and line for anything that is not such a label.
 */
export async function readValidationLabels(path: string, { labelOfWnid }: {
  readonly labelOfWnid: ReadonlyMap<string, number>;
}): Promise<ReadonlyMap<number, number>> {
  if (basename(path) === KAGGLE_SOLUTION) {
    return parseSolution(await Deno.readTextFile(path), { path, labelOfWnid });
  }
  return path.endsWith(".tar.gz")
    ? parseGroundTruth(await fromDevkit(path), `${path}: ${GROUND_TRUTH}`)
    : parseGroundTruth(await Deno.readTextFile(path), path);
}

async function fromDevkit(path: string): Promise<string> {
  using file = await Deno.open(path);
  const unpacked = file.readable.pipeThrough(new DecompressionStream("gzip"));
  try {
    for await (const { bytes } of readTar(unpacked, (name) => name.endsWith(`/${GROUND_TRUTH}`))) {
      return new TextDecoder().decode(bytes);
    }
  } catch (error) {
    throw new UserError(
      `${path}: not a readable archive (${error instanceof Error ? error.message : error})`,
    );
  }
  throw new UserError(`${path}: expected a file ${GROUND_TRUTH} in it, found none`);
}

/** One label a line, in order of the pictures' numbers. */
function parseGroundTruth(text: string, path: string): Map<number, number> {
  return new Map(
    text.trimEnd().split(/\r?\n/).map((line, i) => {
      const label = Number(line);
      if (!Number.isInteger(label) || label < 1 || label > IMAGENET_CLASSES) {
        throw new UserError(
          `${path}:${i + 1} Expected a label of 1 to ${IMAGENET_CLASSES}, found "${line}"`,
        );
      }
      return [i + 1, label];
    }),
  );
}

/** Lines like `ILSVRC2012_val_00048981,n03995372 85 1 499 272 `: picture, then class and boxes. */
function parseSolution(text: string, { path, labelOfWnid }: {
  readonly path: string;
  readonly labelOfWnid: ReadonlyMap<string, number>;
}): Map<number, number> {
  const labels = new Map<number, number>();
  for (const [i, line] of text.trimEnd().split(/\r?\n/).entries()) {
    if (i === 0 && line.startsWith("ImageId")) continue;
    const [name = "", objects = ""] = line.split(",");
    const number = validationNumber(name);
    const label = labelOfWnid.get(objects.split(" ")[0]!);
    if (number === null || label === undefined) {
      throw new UserError(
        `${path}:${
          i + 1
        } Expected a picture and its class, as "ILSVRC2012_val_00000001,n01751748 …", found "${line}"`,
      );
    }
    labels.set(number, label);
  }
  return labels;
}
