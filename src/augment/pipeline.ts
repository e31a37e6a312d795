/** Augmentation pipelines as text, such as `crop|flip|cutout(0.5)`. Cheap to import: configs are checked against it. */

/** One operation with its numbers. */
export interface PipelineStep {
  readonly op: OperationName;
  readonly args: readonly number[];
  /** A choice other than the usual one. */
  readonly variant?: string;
}

/** Operations, each with the default of every number that it takes. */
export const OPERATIONS = {
  /** Crop of the same size after reflecting `fraction` of it, rounded down, at each border; black border for `crop(zero)`. */
  crop: { fraction: 0.125 },
  /** Mirror image with `probability`. */
  flip: { probability: 0.5 },
  /** Factor on the pixels, the distance to the mean grey, the distance to grey: uniform in [low, high). */
  brightness: { low: 0.6, high: 1.4 },
  contrast: { low: 0.6, high: 1.4 },
  color: { low: 0.6, high: 1.4 },
  /** A grey square whose side is uniform in [0, `fraction`) of the width. */
  cutout: { fraction: 0.5 },
  /** USB's RandAugment: `count` of its 14 operations, then `cutout`. */
  randaugment: { count: 3 },
  /** RandAugment as in ACR and SimPro: `count` operations, each done every other time, then a cut-out of half the width. */
  randaugmentmc: { count: 2 },
  /** RandAugment as in CoSSL, ABC and CDMAD: `count` of 16 operations at 4/30 of their ranges. */
  randaugmentcossl: { count: 3 },
  /** A square of `fraction` of the width around any pixel that is 0 after normalisation by this mean; by default ImageNet-127's. */
  hole: {
    fraction: 0.5,
    red: 255 * 0.48109809,
    green: 255 * 0.45747185,
    blue: 255 * 0.40785507,
  },
} as const;

/** Words that select a variant of an operation, in place of its numbers or after them. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = { crop: ["zero"] };

export type OperationName = keyof typeof OPERATIONS;

/** Names for whole pipelines. */
export const ALIASES: Readonly<Record<string, string>> = {
  plain: "",
  simple: "crop|flip|brightness|contrast|color|cutout",
  randaugment: "crop|flip|randaugment",
  /** The strong view of ImageNet-127 in CoSSL (dataset/fix_small_imagenet127.py); its weak one is `crop(zero)|flip`. */
  cossl: "randaugmentcossl|crop(zero)|flip|hole",
};

/** Parses a pipeline or the alias of one. Throws a RangeError that names the operation at fault. */
export function parsePipeline(text: string): PipelineStep[] {
  const expanded = Object.hasOwn(ALIASES, text) ? ALIASES[text]! : text;
  if (expanded === "") return [];
  return expanded.split("|").map(parseStep);
}

/** Whether a text is a pipeline. */
export function isPipeline(text: string): boolean {
  try {
    parsePipeline(text);
    return true;
  } catch {
    return false;
  }
}

function parseStep(text: string): PipelineStep {
  const match = /^([a-z]+)(?:\(([^()]*)\))?$/.exec(text.trim());
  const name = match?.[1] ?? "";
  if (match === null || !Object.hasOwn(OPERATIONS, name)) {
    const known = Object.keys(OPERATIONS).join(", ");
    throw new RangeError(`Expected an augmentation (${known}), found "${text}"`);
  }
  const op = name as OperationName;
  const defaults = Object.values(OPERATIONS[op]) as number[];
  if (match[2] === undefined) return { op, args: defaults };
  const parts = match[2].split(",").map((part) => part.trim());
  const variant = VARIANTS[op]?.find((word) => word === parts.at(-1));
  const numbers = variant === undefined ? parts : parts.slice(0, -1);
  const args = variant !== undefined && numbers.length === 0
    ? defaults
    : numbers.map((part) => part === "" ? NaN : Number(part));
  if (args.length !== defaults.length || args.some((value) => !(value >= 0))) {
    const names = Object.keys(OPERATIONS[op]).join(", ");
    const words = VARIANTS[op]?.map((word) => ` or "${word}"`).join("") ?? "";
    throw new RangeError(
      `Expected ${op}(${names}) with numbers of at least 0${words}, found "${text}"`,
    );
  }
  return variant === undefined ? { op, args } : { op, args, variant };
}
