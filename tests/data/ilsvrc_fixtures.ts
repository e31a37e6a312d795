import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { readImagenet127 } from "../../src/data/imagenet127.ts";
import { tar } from "./fixtures.ts";
import { pillowPictures } from "./pillow_pictures.ts";

type Files = Record<string, Uint8Array | string>;

const kinds = Object.values(pillowPictures).map(({ bytes }) => bytes);
/** Pictures that validation has; few, so that tests are quick. */
export const VALIDATION_COUNT = 30;

/** Training pictures of the class with this place in the order of WordNet ids: most have one. */
export function trainingPictures(place: number): number {
  return place % 100 === 7 ? 3 : 1;
}

/** One of the kinds of pictures, different from its neighbours'. */
export function pictureOf(number: number): Uint8Array {
  return kinds[(number * 5) % kinds.length]!;
}

export async function wnids(): Promise<string[]> {
  return [...(await readImagenet127()).labelOfWnid.keys()];
}

/** `train/`, as the official archives unpack. */
export async function trainFolders(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  let number = 0;
  for (const [place, wnid] of (await wnids()).entries()) {
    for (let i = 0; i < trainingPictures(place); i++) {
      files[`train/${wnid}/${wnid}_${10 * i + 5}.JPEG`] = pictureOf(number++);
    }
  }
  return files;
}

/** Label 1 … 1000 of a validation picture by its number. */
export function validationLabel(number: number): number {
  return 1 + (number * 37) % 1000;
}

function validationName(number: number): string {
  return `ILSVRC2012_val_${String(number).padStart(8, "0")}.JPEG`;
}

function validationNumbers(): number[] {
  return Array.from({ length: VALIDATION_COUNT }, (_, i) => i + 1);
}

/** `val/` with all pictures in one place. */
export function flatValidation(): Record<string, Uint8Array> {
  return Object.fromEntries(
    validationNumbers().map((n) => [`val/${validationName(n)}`, pictureOf(n + 2)]),
  );
}

/** The development kit's list. */
export function groundTruth(): string {
  return validationNumbers().map((n) => `${validationLabel(n)}\n`).join("");
}

/** The development kit's archive with that list in it. */
export function devkit(): Uint8Array {
  const bytes = new TextEncoder().encode(groundTruth());
  const name = "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt";
  return new Uint8Array(gzipSync(tar([
    { name: "ILSVRC2012_devkit_t12/readme.txt", bytes: new TextEncoder().encode("hello") },
    { name, bytes },
  ])));
}

/** Kaggle's solution file, whose lines are in no order. */
export async function kaggleSolution(): Promise<string> {
  const { labelOfWnid } = await readImagenet127();
  const wnidOf = new Map([...labelOfWnid].map(([wnid, label]) => [label, wnid]));
  const lines = validationNumbers().reverse().map((n) => {
    const wnid = wnidOf.get(validationLabel(n))!;
    return `${validationName(n).slice(0, -5)},${wnid} 1 2 30 40 ${wnid} 3 4 5 6 \n`;
  });
  return `ImageId,PredictionString\n${lines.join("")}`;
}

/** `val/` with a folder for each class, as `valprep.sh` sorts it. */
export async function validationFolders(): Promise<Files> {
  const { labelOfWnid } = await readImagenet127();
  const wnidOf = new Map([...labelOfWnid].map(([wnid, label]) => [label, wnid]));
  const files: Files = Object.fromEntries(
    [...labelOfWnid.keys()].map((wnid) => [`val/${wnid}/.keep`, ""]),
  );
  for (const n of validationNumbers()) {
    files[`val/${wnidOf.get(validationLabel(n))}/${validationName(n)}`] = pictureOf(n + 2);
  }
  return files;
}

/** The official archives: one of an archive for each class, its pictures not in order, and one of all validation pictures. */
export async function ilsvrcTars(
  changes: Readonly<Record<string, Uint8Array>> = {},
): Promise<Record<string, Uint8Array>> {
  const folders = Object.entries(await trainFolders());
  const classes = (await wnids()).map((wnid) => {
    const own = folders.filter(([name]) => name.startsWith(`train/${wnid}/`)).reverse();
    const members = own.map(([name, bytes]) => ({ name: basename(name), bytes }));
    return { name: `${wnid}.tar`, bytes: changes[wnid] ?? tar(members) };
  });
  const validation = Object.entries(flatValidation()).reverse()
    .map(([name, bytes]) => ({ name: basename(name), bytes }));
  return {
    "ILSVRC2012_img_train.tar": tar(classes),
    "ILSVRC2012_img_val.tar": tar(validation),
  };
}
