import { moduleTexts } from "../module_texts.ts";

/** What the engine consists of: its own folder, and what it alone uses of the rest (what training uses too is in training's key). */
const PLACES = [
  "./",
  "../out_of_memory.ts",
  "../tensorflow/quietly.ts",
  "../../expand.ts",
  "../../composite/",
];

/** The texts of the engine's modules, in a fixed order: what its digest is made of besides the package's version. */
export function sourceTexts(): string[] {
  return PLACES.flatMap((place) => moduleTexts(new URL(place, import.meta.url)));
}
