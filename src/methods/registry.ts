/** Which methods there are. Cheap to import: parameters only; a method's code is loaded when it is used. */
import { z } from "zod";
import { abcAbout, abcParams } from "./abc_params.ts";
import type { MethodAbout } from "./about.ts";
import { acrAbout, acrParams } from "./acr_params.ts";
import { adelloAbout, adelloParams } from "./adello_params.ts";
import { cdmadAbout, cdmadParams } from "./cdmad_params.ts";
import { compose, type ComposedBase, type ComposedPlugIn, ownParams } from "./compose.ts";
import { cpeAbout, cpeParams } from "./cpe_params.ts";
import { crestAbout, crestParams } from "./crest_params.ts";
import { darpAbout, darpParams } from "./darp_params.ts";
import { dasoAbout, dasoParams } from "./daso_params.ts";
import { fixmatchAbout, fixmatchParams } from "./fixmatch_params.ts";
import { laAbout, laParams } from "./la_params.ts";
import type { Method, MethodContext } from "./method.ts";
import { scsslAbout, scsslParams } from "./scssl_params.ts";
import { simproAbout, simproParams } from "./simpro_params.ts";
import { supervisedAbout, supervisedParams } from "./supervised_params.ts";

/** A base algorithm or a plug-in: what is known of it without loading it. */
export interface MethodPart {
  readonly params: z.ZodObject;
  readonly about: MethodAbout;
  readonly module: string;
}

interface Base extends MethodPart, ComposedBase {
  readonly usesUnlabelled: boolean;
}

/** How often a method trains, one run after the other, and how long each run is. */
export interface Generations {
  readonly count: number;
  /** Steps of one as a share of the run's. */
  readonly share: number;
}

interface PlugIn extends MethodPart, ComposedPlugIn {
  /** Absent: trains once. */
  generations?(params: unknown): Generations;
}

const url = (file: string) => new URL(file, import.meta.url).href;

const BASES: Readonly<Record<string, Base>> = {
  supervised: {
    params: supervisedParams,
    about: supervisedAbout,
    module: url("./supervised.ts"),
    usesUnlabelled: false,
    create: async () => (await import("./supervised.ts")).create(),
  },
  fixmatch: {
    params: fixmatchParams,
    about: fixmatchAbout,
    module: url("./fixmatch.ts"),
    usesUnlabelled: true,
    create: async ({ params, context }) =>
      (await import("./fixmatch.ts")).create({ params: fixmatchParams.parse(params), context }),
  },
};

const PLUG_INS: Readonly<Record<string, PlugIn>> = {
  la: {
    params: laParams,
    about: laAbout,
    module: url("./la.ts"),
    extend: async (base, { params, context }) =>
      (await import("./la.ts")).extend(base, { params: laParams.parse(params), context }),
  },
  cdmad: {
    params: cdmadParams,
    about: cdmadAbout,
    module: url("./cdmad.ts"),
    extend: async (base, { params, context }) =>
      (await import("./cdmad.ts")).extend(base, { params: cdmadParams.parse(params), context }),
  },
  crest: {
    params: crestParams,
    about: crestAbout,
    module: url("./crest.ts"),
    generations(params) {
      const { generations: count, generation_share: share } = crestParams.parse(params);
      return { count, share };
    },
    extend: async (base, { params, context }) =>
      (await import("./crest.ts")).extend(base, { params: crestParams.parse(params), context }),
  },
  abc: {
    params: abcParams,
    about: abcAbout,
    module: url("./abc.ts"),
    extend: async (base, { params, context }) =>
      (await import("./abc.ts")).extend(base, { params: abcParams.parse(params), context }),
  },
  acr: {
    params: acrParams,
    about: acrAbout,
    module: url("./acr.ts"),
    extend: async (base, { params, context }) =>
      (await import("./acr.ts")).extend(base, { params: acrParams.parse(params), context }),
  },
  cpe: {
    params: cpeParams,
    about: cpeAbout,
    module: url("./cpe.ts"),
    extend: async (base, { params, context }) =>
      (await import("./cpe.ts")).extend(base, { params: cpeParams.parse(params), context }),
  },
  darp: {
    params: darpParams,
    about: darpAbout,
    module: url("./darp.ts"),
    extend: async (base, { params, context }) =>
      (await import("./darp.ts")).extend(base, { params: darpParams.parse(params), context }),
  },
  daso: {
    params: dasoParams,
    about: dasoAbout,
    module: url("./daso.ts"),
    extend: async (base, { params, context }) =>
      (await import("./daso.ts")).extend(base, { params: dasoParams.parse(params), context }),
  },
  simpro: {
    params: simproParams,
    about: simproAbout,
    module: url("./simpro.ts"),
    extend: async (base, { params, context }) =>
      (await import("./simpro.ts")).extend(base, { params: simproParams.parse(params), context }),
  },
  adello: {
    params: adelloParams,
    about: adelloAbout,
    module: url("./adello.ts"),
    extend: async (base, { params, context }) =>
      (await import("./adello.ts")).extend(base, { params: adelloParams.parse(params), context }),
  },
  scssl: {
    params: scsslParams,
    about: scsslAbout,
    module: url("./scssl.ts"),
    extend: async (base, { params, context }) =>
      (await import("./scssl.ts")).extend(base, { params: scsslParams.parse(params), context }),
  },
};

const METHODS = [
  "supervised",
  "fixmatch",
  "fixmatch+la",
  "fixmatch+la+darp",
  "fixmatch+la+crest",
  "fixmatch+darp",
  "fixmatch+crest",
  "fixmatch+cdmad",
  "fixmatch+cdmad+abc",
  "fixmatch+cdmad+daso",
  "fixmatch+abc",
  "fixmatch+daso",
  "fixmatch+acr",
  "fixmatch+cpe",
  "fixmatch+simpro",
  "fixmatch+adello",
  "fixmatch+scssl",
] as const;

/** Every method that exists, in canonical form: a base, then its plug-ins. */
export function methodIds(): readonly string[] {
  return METHODS;
}

/** Whether this canonical id exists. */
export function isMethod(id: string): boolean {
  return (METHODS as readonly string[]).includes(id);
}

/** Base algorithms and plug-ins by name, in the order of the documentation. */
export function methodParts(): Readonly<Record<string, MethodPart>> {
  return { ...BASES, ...PLUG_INS };
}

/** Parameters of a method and its plug-ins in one strict object, every one with its default. */
export function methodParams(id: string): z.ZodObject {
  const { base, plugIns } = partsOf(id);
  return z.strictObject(
    Object.assign({}, base.params.shape, ...plugIns.map((plugIn) => plugIn.params.shape)),
  );
}

/** URLs of the modules that define a method and how its parts are put together: part of the code digest of what trains it. */
export function methodModules(id: string): string[] {
  const { base, plugIns } = partsOf(id);
  return [url("./compose.ts"), base.module, ...plugIns.map((plugIn) => plugIn.module)];
}

/** Whether a method reads the unlabelled split. */
export function methodUsesUnlabelled(id: string): boolean {
  return partsOf(id).base.usesUnlabelled;
}

/** Trainings that a method with these parameters consists of. */
export function methodGenerations(id: string, params: unknown): Generations {
  const parsed = methodParams(id).parse(params);
  for (const plugIn of partsOf(id).plugIns) {
    if (plugIn.generations) return plugIn.generations(ownParams(plugIn.params, parsed));
  }
  return { count: 1, share: 1 };
}

/** Loads and builds a method. `params` are checked by its schema; throws a ZodError if they do not fit. */
export async function createMethod(
  id: string,
  { params, context }: { readonly params: unknown; readonly context: MethodContext },
): Promise<Method> {
  return await compose(partsOf(id), { params: methodParams(id).parse(params), context });
}

function partsOf(id: string): { base: Base; plugIns: PlugIn[] } {
  if (!isMethod(id)) {
    throw new RangeError(`Expected a method (${METHODS.join(", ")}), found "${id}"`);
  }
  const [base, ...plugIns] = id.split("+");
  return { base: BASES[base!]!, plugIns: plugIns.map((name) => PLUG_INS[name]!) };
}
