/** Which methods there are. Cheap to import: parameters only; a method's code is loaded when it is used. */
import { z } from "zod";
import { fixmatchParams } from "./fixmatch_params.ts";
import type { Method, MethodContext, MethodOptions } from "./method.ts";
import { scsslParams } from "./scssl_params.ts";

interface Base {
  readonly params: z.ZodObject;
  readonly module: string;
  readonly usesUnlabelled: boolean;
  create(options: MethodOptions<unknown>): Promise<Method>;
}

interface PlugIn {
  readonly params: z.ZodObject;
  readonly module: string;
  extend(base: Method, options: MethodOptions<unknown>): Promise<Method>;
}

const BASES: Readonly<Record<string, Base>> = {
  supervised: {
    params: z.strictObject({}),
    module: new URL("./supervised.ts", import.meta.url).href,
    usesUnlabelled: false,
    create: async () => (await import("./supervised.ts")).create(),
  },
  fixmatch: {
    params: fixmatchParams,
    module: new URL("./fixmatch.ts", import.meta.url).href,
    usesUnlabelled: true,
    create: async ({ params, context }) =>
      (await import("./fixmatch.ts")).create({ params: fixmatchParams.parse(params), context }),
  },
};

const PLUG_INS: Readonly<Record<string, PlugIn>> = {
  scssl: {
    params: scsslParams,
    module: new URL("./scssl.ts", import.meta.url).href,
    extend: async (base, { params, context }) =>
      (await import("./scssl.ts")).extend(base, { params: scsslParams.parse(params), context }),
  },
};

const METHODS = ["supervised", "fixmatch", "fixmatch+scssl"] as const;

/** Every method that exists, in canonical form: a base, then its plug-ins. */
export function methodIds(): readonly string[] {
  return METHODS;
}

/** Whether this canonical id exists. */
export function isMethod(id: string): boolean {
  return (METHODS as readonly string[]).includes(id);
}

/** Parameters of a method and its plug-ins in one strict object, every one with its default. */
export function methodParams(id: string): z.ZodObject {
  const { base, plugIns } = partsOf(id);
  return z.strictObject(
    Object.assign({}, base.params.shape, ...plugIns.map((plugIn) => plugIn.params.shape)),
  );
}

/** URLs of the modules that define a method: part of the code digest of what trains it. */
export function methodModules(id: string): string[] {
  const { base, plugIns } = partsOf(id);
  return [base.module, ...plugIns.map((plugIn) => plugIn.module)];
}

/** Whether a method reads the unlabelled split. */
export function methodUsesUnlabelled(id: string): boolean {
  return partsOf(id).base.usesUnlabelled;
}

/** Loads and builds a method. `params` are checked by its schema; throws a ZodError if they do not fit. */
export async function createMethod(
  id: string,
  { params, context }: { readonly params: unknown; readonly context: MethodContext },
): Promise<Method> {
  const { base, plugIns } = partsOf(id);
  const parsed = methodParams(id).parse(params);
  const own = (schema: z.ZodObject) =>
    Object.fromEntries(Object.keys(schema.shape).map((key) => [key, parsed[key]]));
  let method = await base.create({ params: own(base.params), context });
  for (const plugIn of plugIns) {
    method = await plugIn.extend(method, { params: own(plugIn.params), context });
  }
  return method;
}

function partsOf(id: string): { base: Base; plugIns: PlugIn[] } {
  if (!isMethod(id)) {
    throw new RangeError(`Expected a method (${METHODS.join(", ")}), found "${id}"`);
  }
  const [base, ...plugIns] = id.split("+");
  return { base: BASES[base!]!, plugIns: plugIns.map((name) => PLUG_INS[name]!) };
}
