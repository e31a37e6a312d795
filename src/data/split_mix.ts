/**
 * A small generator for pictures: a 32-bit counter and a mixing function, integer arithmetic only, so that every machine draws
 * the same. Not for anything that is compared with a reference implementation.
 */
export class SplitMix {
  #state: number;

  /** `key`: integers that together name the stream, such as seed, part and index. */
  constructor(key: readonly number[]) {
    this.#state = 0;
    for (const word of key) this.#state = mix(this.#state ^ word);
  }

  /** Uniform in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return (mix(this.#state) >>> 0) / 0x100000000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A uniform integer of 0 … below − 1. */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }
}

function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
