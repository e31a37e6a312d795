import chaotic from "../../data/chaotic.json" with { type: "json" };
import { UserError } from "../errors.ts";

/**
 * The order of a chaotic shape: class c gets the count of rank `order[c]` of the long tail. Drawn once and written down in
 * `data/chaotic.json`, so that others can use the same sets: in a-shapes the first half of the classes holds more than 60 % of
 * the images, in b-shapes less than 40 %. Throws a UserError for a number of classes that nothing was drawn for.
 */
export function chaoticOrder(shape: string, classes: number): readonly number[] {
  const known = chaotic.sets.filter((set) => set.shape === shape);
  if (known.length === 0) throw new Error(`internal: no chaotic shape ${shape}`);
  const found = known.find((set) => set.classes === classes);
  if (found !== undefined) return found.permutation;
  throw new UserError(
    `The shape "${shape}" was drawn for ${
      known.map((set) => set.classes).join(" and ")
    } classes, ` +
      `not for ${classes}: add a permutation to data/chaotic.json`,
  );
}
