import type { z } from "zod";
import type { Method, MethodContext, MethodOptions } from "./method.ts";

/** A base algorithm as it is composed. */
export interface ComposedBase {
  readonly params: z.ZodObject;
  create(options: MethodOptions<unknown>): Promise<Method>;
}

/** A plug-in as it is composed. */
export interface ComposedPlugIn {
  readonly params: z.ZodObject;
  extend(base: Method, options: MethodOptions<unknown>): Promise<Method>;
}

/** Builds the base and lets one plug-in after the other extend it; each gets its own ones of `params`. */
export async function compose(
  { base, plugIns }: { readonly base: ComposedBase; readonly plugIns: readonly ComposedPlugIn[] },
  { params, context }: {
    /** Of all parts, complete. */
    readonly params: Readonly<Record<string, unknown>>;
    readonly context: MethodContext;
  },
): Promise<Method> {
  let method = await base.create({ params: ownParams(base.params, params), context });
  for (const plugIn of plugIns) {
    method = await plugIn.extend(method, { params: ownParams(plugIn.params, params), context });
  }
  return method;
}

/** Those of all parameters that a part declares. */
export function ownParams(
  schema: z.ZodObject,
  all: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, all[key]]));
}
