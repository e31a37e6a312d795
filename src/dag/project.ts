/** A project's code and store, opened together. */
import { CodeReader } from "./code.ts";
import { SourceTree } from "./source.ts";
import { Store } from "./store.ts";
import { TokenCache } from "./token_cache.ts";

/** Opens the project at `root` with a store; touches nothing. Reads the code as it is now, once. */
export function openProject(
  root: string,
  options: { readonly store: string },
): { code: CodeReader; store: Store } {
  const store = new Store(options.store);
  return { code: new CodeReader(new SourceTree(root), new TokenCache(store.tokens)), store };
}
