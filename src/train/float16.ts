/** Largest finite float16. */
export const FLOAT16_MAX = 65504;

/** IEEE half bits of each value, rounded to nearest even; beyond ±65504 they become infinite. */
export function toFloat16Bits(values: ArrayLike<number>): Uint16Array {
  const halves = new Float16Array(values);
  return new Uint16Array(halves.buffer);
}

/** The exact float32 values of half bits. */
export function fromFloat16Bits(bits: Uint16Array): Float32Array {
  return new Float32Array(new Float16Array(bits.buffer, bits.byteOffset, bits.length));
}

/**
 * Rounds each value to the nearest float16 and returns it as float32. Finite values beyond the range saturate at ±65504,
 * so that a softmax over rounded logits stays finite; NaN and infinities pass through.
 */
export function roundToFloat16(values: ArrayLike<number>): Float32Array {
  const rounded = new Float32Array(values.length);
  for (let i = 0; i < rounded.length; i++) {
    const value = values[i]!;
    const half = Math.f16round(value);
    rounded[i] = Number.isFinite(half) || !Number.isFinite(value)
      ? half
      : Math.sign(value) * FLOAT16_MAX;
  }
  return rounded;
}
