/** What a rule may look at, beside the raw logits. */
export interface CalibrationInputs {
  /** The head's bias vector. [K] */
  readonly bias?: Float32Array;
  /** The head's logits of a blank image. [K] */
  readonly blank?: Float32Array;
  /** Class frequencies, summing to 1. [K] */
  readonly prior?: ArrayLike<number>;
}

/** Post-hoc rules on one head's logits; `default` (a method's own choice) is resolved by the caller. */
export const CALIBRATION_RULES = [
  "none",
  "remove-bias",
  "blank-image",
  "logit-adjustment",
] as const;
export type CalibrationRule = (typeof CALIBRATION_RULES)[number];

/**
 * Applies a rule to logits [N,K] and returns new ones. Throws an Error where the rule's vector is missing.
 * `tau` is the strength of `logit-adjustment` (default 1).
 */
export function calibrate(
  rule: CalibrationRule,
  logits: Float32Array,
  { bias, blank, prior, tau = 1 }: CalibrationInputs & { readonly tau?: number } = {},
): Float32Array {
  switch (rule) {
    case "none":
      return logits.slice();
    case "remove-bias":
      return removeBias(logits, required(bias, rule, "bias"));
    case "blank-image":
      return subtractBlank(logits, required(blank, rule, "blank logits"));
    case "logit-adjustment":
      return adjustLogits(logits, required(prior, rule, "class prior"), { tau });
  }
}

/** F̃(x) = F_b(x) − b_opt (SC-SSL Eq. 5), b_opt being the head's learned bias. */
export function removeBias(logits: Float32Array, bias: Float32Array): Float32Array {
  return subtractRow(logits, bias);
}

/** Logits minus those of a blank image (CDMAD). */
export function subtractBlank(logits: Float32Array, blank: Float32Array): Float32Array {
  return subtractRow(logits, blank);
}

/** z − τ·log π (Menon et al. 2021, post hoc). Classes without frequency are taken as they are. */
export function adjustLogits(
  logits: Float32Array,
  prior: ArrayLike<number>,
  { tau }: { readonly tau: number },
): Float32Array {
  const row = Float64Array.from(prior, (p) => p > 0 ? tau * Math.log(p) : 0);
  return subtractRow(logits, row);
}

function subtractRow(logits: Float32Array, row: ArrayLike<number>): Float32Array {
  const classes = row.length;
  if (classes === 0 || logits.length % classes !== 0) {
    throw new RangeError(`Expected logits [N,${classes}], found ${logits.length} values`);
  }
  return logits.map((logit, i) => logit - row[i % classes]!);
}

function required<T>(value: T | undefined, rule: string, what: string): T {
  if (value === undefined) {
    throw new Error(`Calibration ${rule} needs a ${what}, which this run lacks`);
  }
  return value;
}
