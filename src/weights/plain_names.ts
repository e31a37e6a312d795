import { UserError } from "../errors.ts";

/** What wrappers put in front of a net's names: DataParallel, and USB's nets with extra heads (which keep names of their own). */
const WRAPPERS = ["module.", "backbone."];

/** Counts that BatchNorm layers of PyTorch keep and that nothing here needs. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/**
 * Tensors under the names of the net itself: wrappers' prefixes gone, counters left out.
 *
 * @throws {UserError} if two tensors get one name
 */
export function plainNames<T>(
  tensors: ReadonlyMap<string, T>,
  source: string,
): ReadonlyMap<string, T> {
  const plain = new Map<string, T>();
  for (const [full, tensor] of tensors) {
    if (COUNTER.test(full)) continue;
    let name = full;
    for (let found = true; found;) {
      const prefix = WRAPPERS.find((wrapper) => name.startsWith(wrapper));
      found = prefix !== undefined;
      name = name.slice(prefix?.length ?? 0);
    }
    if (plain.has(name)) throw new UserError(`${source}: two tensors are called "${name}"`);
    plain.set(name, tensor);
  }
  return plain;
}
