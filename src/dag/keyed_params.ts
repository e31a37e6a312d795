import type { Json } from "./hash.ts";

/** The parameters that a key counts: all but those that a stage declares as `unkeyed`. */
export function keyedParams(params: Json, unkeyed: readonly string[] = []): Json {
  if (unkeyed.length === 0 || typeof params !== "object" || params === null) return params;
  if (Array.isArray(params)) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => !unkeyed.includes(name)));
}
