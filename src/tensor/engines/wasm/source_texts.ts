import { moduleTexts } from "../module_texts.ts";

/**
 * What the engine consists of: its own folder, and what it alone uses of the rest, the interpreter as its fallback (what training uses
 * too is in training's key).
 */
const PLACES = [
  "./",
  "../out_of_memory.ts",
  "../../interpreter.ts",
  "../../interpreter/",
  "../../scalar_functions.ts",
  "../../strides.ts",
];

/**
 * The texts of the engine's modules, in a fixed order: what its digest is made of besides the kernels. The build script is not among
 * them: what it makes is.
 */
export function sourceTexts(): string[] {
  const options = { except: "build.ts" };
  return PLACES.flatMap((place) => moduleTexts(new URL(place, import.meta.url), options));
}
