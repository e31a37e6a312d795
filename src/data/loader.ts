import type { LoaderModule, SourceKind } from "./loaded_set.ts";

/** URL of the module that reads a kind of source; only that one is part of the code that a prepared set depends on. */
export function loaderUrl(kind: SourceKind): string {
  const name = kind === "archive" ? "binary" : kind.replace(/-archive$/, "");
  return new URL(`./sources/${name}.ts`, import.meta.url).href;
}

/** Imports the loader of a kind of source. */
export async function importLoader(kind: SourceKind): Promise<LoaderModule> {
  const loader: LoaderModule = await import(loaderUrl(kind));
  return loader;
}
