import { join } from "node:path";

const caches = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "", ".cache");

/**
 * Environment of a command that finds no installed engine, whatever the user has: what runs then is `wasm`, whose results are the same
 * bits every time. Deno keeps its own cache.
 */
export const noEngines: Readonly<Record<string, string>> = {
  XDG_CACHE_HOME: join(import.meta.dirname!, "no-cache"),
  DENO_DIR: Deno.env.get("DENO_DIR") ?? join(caches, "deno"),
};
