import type { Store } from "../dag/mod.ts";

/** What earlier calls learnt about source files; empty if there is no such file or it is damaged. */
export function readSourceCache(store: Store): Map<string, string> {
  try {
    return new Map(Object.entries(JSON.parse(Deno.readTextFileSync(store.sources))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

/** Keeps the facts for the next call. Only running commands call this. */
export function writeSourceCache(store: Store, cache: ReadonlyMap<string, string>): void {
  if (cache.size === 0) return;
  const text = JSON.stringify(Object.fromEntries([...cache].sort(([a], [b]) => a < b ? -1 : 1)));
  store.writeSources(text);
}
