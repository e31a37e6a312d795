const STATE_WORDS = 624;
const SHIFT_WORDS = 397;

/**
 * The 32-bit Mersenne Twister, seeded from one integer by `init_genrand`, as numpy's legacy generator and PyTorch's CPU
 * generator are. Source: Matsumoto and Nishimura, ACM TOMACS 8(1), 1998, with the 2002 initialisation.
 */
export class Mt19937 {
  readonly #state = new Uint32Array(STATE_WORDS);
  #position = STATE_WORDS;

  /** Throws a RangeError unless `seed` is an integer of 0 … 2³² − 1. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new RangeError(`Expected a seed of 0 to 4294967295, found ${seed}`);
    }
    let previous = seed;
    this.#state[0] = previous;
    for (let i = 1; i < STATE_WORDS; i++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + i) >>> 0;
      this.#state[i] = previous;
    }
  }

  /** The next 32 random bits as an unsigned integer. */
  next32(): number {
    if (this.#position === STATE_WORDS) this.#refill();
    let y = this.#state[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < STATE_WORDS; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % STATE_WORDS]! & 0x7fffffff);
      const far = state[(i + SHIFT_WORDS) % STATE_WORDS]!;
      state[i] = far ^ (y >>> 1) ^ ((y & 1) * 0x9908b0df);
    }
    this.#position = 0;
  }
}
