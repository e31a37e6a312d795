import { z } from "zod";

/** How the class counts of a labelled or unlabelled set are shaped. */
export const COUNT_SHAPES = [
  "consistent",
  "inverse",
  "uniform",
  "gaussian",
  "gaussian-inverse",
  "chaotic-a1",
  "chaotic-a2",
  "chaotic-b1",
  "chaotic-b2",
] as const;

/** What the paper leaves open about its Gaussian sets. */
export const gaussianOptions = z.strictObject({
  /** Whether K/6 is the standard deviation or the variance. */
  spread: z.enum(["std", "variance"]).default("std"),
  /** How the inverse set is made from the normal one. */
  inverse: z.enum(["complement", "swap-halves"]).default("complement"),
});

/** A request for images: the head count, the ratio of largest to smallest class, and the shape. */
export const countRequest = z.strictObject({
  /** Images of the largest class. */
  head: z.int().min(1),
  /** Largest over smallest class; the uniform and Gaussian shapes do not use it. */
  ratio: z.number().default(1),
  shape: z.enum(COUNT_SHAPES).default("consistent"),
  gaussian: gaussianOptions.optional(),
});

export type GaussianOptions = z.infer<typeof gaussianOptions>;
/** A parsed request; `gaussian` may be left out. */
export interface CountRequest {
  readonly head: number;
  readonly ratio: number;
  readonly shape: typeof COUNT_SHAPES[number];
  readonly gaussian?: GaussianOptions | undefined;
}

/** The same share of every class, as ImageNet-127's labelled sets are drawn. */
export const fractionRequest = z.strictObject({ fraction: z.number().positive().max(1) });

/** A request for labelled images: counts, or a share of every class. */
export const labelledRequest = z.union([countRequest, fractionRequest]);

/**
 * A request for unlabelled images: counts, "rest" for all that are not labelled, "all" for every training image, the labelled
 * ones among them, or null for none.
 */
export const unlabelledRequest = z.union([countRequest, z.enum(["rest", "all"])]).nullable();

export type FractionRequest = Readonly<z.infer<typeof fractionRequest>>;
export type LabelledRequest = CountRequest | FractionRequest;
export type UnlabelledRequest = CountRequest | "rest" | "all" | null;

/** γ of a long tail that a request asks for, largest class over smallest; undefined for every other shape. */
export function longTailRatio(request: LabelledRequest): number | undefined {
  if ("fraction" in request) return undefined;
  return ["consistent", "inverse"].includes(request.shape) ? Math.abs(request.ratio) : undefined;
}
