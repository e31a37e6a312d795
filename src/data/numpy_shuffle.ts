import type { Mt19937 } from "./mt19937.ts";

/**
 * Shuffles in place as numpy's legacy `np.random.shuffle` does: for i = n−1 … 1 a partner j in [0, i], drawn by masking
 * 32 random bits with the smallest all-ones mask that covers i and rejecting what exceeds i.
 */
export function numpyShuffle(values: Int32Array, generator: Mt19937): void {
  for (let i = values.length - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = i + 1;
    while (j > i) j = (generator.next32() & mask) >>> 0;
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
}
