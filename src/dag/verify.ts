/** Whether the bytes of a stored output are still those that were written. */
import { digestTree } from "./hash.ts";
import { firstDifference } from "./manifest.ts";
import type { Store } from "./store.ts";

/** Says which file of an output is not what its manifest says; undefined if all is well. */
export function findDamage(
  store: Store,
  at: { readonly key: string; readonly family: string; readonly output: string },
): string | undefined {
  const object = store.read(at.key, at.family);
  if (object === undefined) return "manifest.json";
  const written = object.manifest.outputs[at.output];
  if (written === undefined) return "manifest.json";
  try {
    const name = firstDifference(written, digestTree(`${object.path}/out/${at.output}`));
    return name === undefined ? undefined : `${at.output}/${name}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return at.output;
    throw error;
  }
}
