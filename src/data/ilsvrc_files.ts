import { join } from "node:path";
import { UserError } from "../errors.ts";
import { fileSource } from "./byte_source.ts";
import { statFile } from "./official_check.ts";
import type { PictureHome } from "./picture_home.ts";
import { BLOCK_BYTES } from "./tar_header.ts";
import { tarMembers } from "./tar_members.ts";

/** The original pictures of ILSVRC-2012 as a user has them. */
export interface IlsvrcFiles {
  /** WordNet id -> its training pictures, in order of the ids. */
  readonly train: ReadonlyMap<string, PictureHome>;
  /** The archive that `train` lies in, if it is one. */
  readonly trainTar: string | null;
  /** Validation pictures: by WordNet id, or all in one place. */
  readonly validation: ReadonlyMap<string, PictureHome> | PictureHome;
  readonly validationTar: string | null;
  /** The file that says the classes of validation pictures in one place. */
  readonly labels: string | null;
}

/** Names of the official archives. */
export const ILSVRC_TRAIN_TAR = "ILSVRC2012_img_train.tar";
export const ILSVRC_VALIDATION_TAR = "ILSVRC2012_img_val.tar";
export const ILSVRC_DEVKIT = "ILSVRC2012_devkit_t12";
/** The development kit's list of classes of the validation pictures. */
export const GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt";
/** The same in the form of the competition's mirror on Kaggle. */
export const KAGGLE_SOLUTION = "LOC_val_solution.csv";

/** Where Kaggle's archive unpacks its pictures to. */
const FOLDERS = ["", "Data/CLS-LOC", "ILSVRC/Data/CLS-LOC"];
const LABEL_FILES = [
  GROUND_TRUTH,
  `data/${GROUND_TRUTH}`,
  `${ILSVRC_DEVKIT}/data/${GROUND_TRUTH}`,
  `${ILSVRC_DEVKIT}.tar.gz`,
  KAGGLE_SOLUTION,
];
const WNID = /^n\d{8}$/;

/** What to have, in words, for messages. */
export const ILSVRC_EXPECTED =
  `ILSVRC-2012 (train/<WordNet id>/*.JPEG and val/, or ${ILSVRC_TRAIN_TAR} and ${ILSVRC_VALIDATION_TAR}; with a flat val/ or the ` +
  `archive also ${ILSVRC_DEVKIT}.tar.gz, ${GROUND_TRUTH} or ${KAGGLE_SOLUTION})`;

/**
 * Finds the pictures of ILSVRC-2012 in a folder: unpacked ones before archives. Null if there are no training pictures. `wnids` are
 * the 1,000 classes in order. Throws a UserError that names classes that are missing or unknown, validation pictures or their
 * labels that are missing, and a truncated archive.
 */
export async function findIlsvrc(
  folder: string,
  wnids: readonly string[],
): Promise<IlsvrcFiles | null> {
  const unpacked = await subfolder(folder, "train");
  const tar = join(folder, ILSVRC_TRAIN_TAR);
  const packed = unpacked === null && await isFile(tar);
  if (unpacked === null && !packed) return null;
  const found = unpacked === null ? await classTars(tar) : await classFolders(unpacked);
  const train = complete(found, { wnids, where: unpacked ?? tar });
  const { validation, validationTar } = await findValidation(folder, wnids);
  const flat = !(validation instanceof Map);
  const labels = flat ? await firstFile(folder, LABEL_FILES) : null;
  if (flat && labels === null) {
    throw new UserError(
      `${folder}: expected the classes of the validation pictures: ${ILSVRC_DEVKIT}.tar.gz, ${GROUND_TRUTH} or ` +
        `${KAGGLE_SOLUTION} beside them, or pictures in val/<WordNet id>/, found none of these`,
    );
  }
  return { train, trainTar: packed ? tar : null, validation, validationTar, labels };
}

async function findValidation(
  folder: string,
  wnids: readonly string[],
): Promise<Pick<IlsvrcFiles, "validation" | "validationTar">> {
  const unpacked = await subfolder(folder, "val");
  if (unpacked !== null) {
    const classes = await classFolders(unpacked);
    const validation = classes.size === 0
      ? { folder: unpacked }
      : complete(classes, { wnids, where: unpacked });
    return { validation, validationTar: null };
  }
  const tar = join(folder, ILSVRC_VALIDATION_TAR);
  const stat = await statFile(tar);
  if (stat === null) {
    throw new UserError(
      `${folder}: expected validation pictures of ILSVRC-2012 beside the training pictures (val/ or ${ILSVRC_VALIDATION_TAR}), found none`,
    );
  }
  return { validation: { tar, at: 0, size: stat.size, name: "" }, validationTar: tar };
}

/** The folder of that name, if it is there and holds something. */
async function subfolder(folder: string, name: string): Promise<string | null> {
  for (const between of FOLDERS) {
    const path = join(folder, between, name);
    if ((await statFile(path))?.isDirectory !== true) continue;
    for await (const _ of Deno.readDir(path)) return path;
  }
  return null;
}

async function classFolders(path: string): Promise<Map<string, PictureHome>> {
  const homes = new Map<string, PictureHome>();
  for await (const { name } of Deno.readDir(path)) {
    if (!WNID.test(name)) continue;
    homes.set(name, { folder: join(path, name) });
  }
  return homes;
}

/** The archives in the archive of the training pictures. */
async function classTars(tar: string): Promise<Map<string, PictureHome>> {
  using file = await Deno.open(tar);
  const { size: length } = await file.stat();
  const source = fileSource(file, { name: tar, length, windowBytes: BLOCK_BYTES });
  const homes = new Map<string, PictureHome>();
  for (const { name, at, size } of tarMembers(source)) {
    const wnid = name.slice(name.lastIndexOf("/") + 1).replace(/\.tar$/, "");
    if (!WNID.test(wnid) || !name.endsWith(".tar")) {
      throw new UserError(
        `${tar}: expected one archive for each class, as n01440764.tar, found "${name}"`,
      );
    }
    homes.set(wnid, { tar, at, size, name });
  }
  return homes;
}

/** The classes in order. Throws a UserError that names what is too much or missing. */
function complete(found: ReadonlyMap<string, PictureHome>, { wnids, where }: {
  readonly wnids: readonly string[];
  readonly where: string;
}): ReadonlyMap<string, PictureHome> {
  const known = new Set(wnids);
  const unknown = [...found.keys()].filter((wnid) => !known.has(wnid)).sort();
  const missing = wnids.filter((wnid) => !found.has(wnid));
  if (unknown.length > 0 || missing.length > 0) {
    throw new UserError(
      `${where}: expected the ${wnids.length} classes of ILSVRC-2012, found ${
        found.size - unknown.length
      } of them` +
        (missing.length > 0 ? `; missing: ${listed(missing)}` : "") +
        (unknown.length > 0 ? `; not among them: ${listed(unknown)}` : ""),
    );
  }
  return new Map(wnids.map((wnid) => [wnid, found.get(wnid)!]));
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}

async function firstFile(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const path = join(folder, name);
    if (await isFile(path)) return path;
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  return (await statFile(path))?.isFile === true;
}
