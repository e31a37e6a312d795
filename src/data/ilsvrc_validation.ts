import { UserError } from "../errors.ts";
import type { IlsvrcFiles } from "./ilsvrc_files.ts";
import { readValidationLabels, validationNumber } from "./ilsvrc_labels.ts";
import { listPictures, type Picture, type PictureHome, pictureName } from "./picture_home.ts";

/** A validation picture with its label 1 … 1000. */
export interface ValidationPicture {
  readonly home: PictureHome;
  readonly picture: Picture;
  /** From its name, counting from 1. */
  readonly number: number;
  readonly label: number;
}

/**
 * The validation pictures in order of their numbers, whatever form they come in. Throws a UserError for a picture of another name,
 * one that comes twice, and one whose class nobody says.
 */
export async function listValidation({ validation, labels: path }: IlsvrcFiles, options: {
  readonly labelOfWnid: ReadonlyMap<string, number>;
}): Promise<ValidationPicture[]> {
  const { labelOfWnid } = options;
  const labels = path === null ? null : await readValidationLabels(path, options);
  const homes = validation instanceof Map
    ? [...validation as ReadonlyMap<string, PictureHome>]
    : [["", validation as PictureHome] as const];
  const byNumber = new Map<number, ValidationPicture>();
  for (const [wnid, home] of homes) {
    for (const picture of listPictures(home)) {
      const name = pictureName(home, picture);
      const number = validationNumber(picture.name);
      if (number === null) {
        throw new UserError(`${name}: expected a name like ILSVRC2012_val_00000001.JPEG`);
      }
      const label = labels === null ? labelOfWnid.get(wnid) : labels.get(number);
      if (label === undefined) {
        throw new UserError(
          `${name}: ${path} has the classes of ${labels?.size} pictures, but not of number ${number}`,
        );
      }
      const other = byNumber.get(number);
      if (other !== undefined) {
        throw new UserError(`${name}: is also ${pictureName(other.home, other.picture)}`);
      }
      byNumber.set(number, { home, picture, number, label });
    }
  }
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}
