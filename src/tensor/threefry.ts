/**
 * Threefry-2x32 with 20 rounds: a counter-based generator, so that element i of a draw depends on nothing but key, stream and i.
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). The engines' kernels give the same bits.
 */

const PARITY = 0x1bd11bda;

/**
 * Encrypts blocks of two words in place. The rounds are written out: with the rotations in a list, the millions of blocks for the
 * first values of a network take more than twice as long.
 */
function encrypt(words: Int32Array, [first, second]: readonly [number, number]): void {
  const a = first | 0;
  const b = second | 0;
  const c = PARITY ^ a ^ b;
  for (let i = 0; i < words.length; i += 2) {
    let x = (words[i]! + a) | 0;
    let y = (words[i + 1]! + b) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + b) | 0;
    y = (y + c + 1) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + c) | 0;
    y = (y + a + 2) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + a) | 0;
    y = (y + b + 3) | 0;
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + b) | 0;
    y = (y + c + 4) | 0;
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + c) | 0;
    y = (y + a + 5) | 0;
    words[i] = x;
    words[i + 1] = y;
  }
}

/** Encrypts a counter of two 32-bit words under a key of two; the words of the result are unsigned. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const words = Int32Array.of(...counter);
  encrypt(words, key);
  return [words[0]! >>> 0, words[1]! >>> 0];
}

/** Second word of the counter that mixes a stream's number into a key; no element's counter has it. */
export const STREAM_DOMAIN = 0x73747265;

/** The key of one stream of draws. */
export function streamKey(key: readonly [number, number], stream: number): [number, number] {
  return threefry2x32(key, [stream, STREAM_DOMAIN]);
}

/** Which draw under a key, and how many elements. */
export interface Draw {
  readonly stream: number;
  readonly count: number;
}

/** Blocks that are encrypted at a time: few enough to stay in the processor's cache. */
const BLOCKS = 1024;

/** `count` words of 32 random bits: element i is the first word of the block with counter [i, 0]. */
export function randomBits(key: readonly [number, number], draw: Draw): Uint32Array {
  const own = streamKey(key, draw.stream);
  const bits = new Uint32Array(draw.count);
  const words = new Int32Array(2 * Math.min(BLOCKS, draw.count));
  for (let from = 0; from < draw.count; from += BLOCKS) {
    for (let i = 0; i < words.length; i += 2) {
      words[i] = from + (i >> 1);
      words[i + 1] = 0;
    }
    encrypt(words, own);
    const end = Math.min(from + BLOCKS, draw.count);
    for (let i = from; i < end; i++) bits[i] = words[2 * (i - from)]!;
  }
  return bits;
}

/** `count` float32 in [0, 1): the upper 24 bits of `randomBits`. */
export function randomUniform(key: readonly [number, number], draw: Draw): Float32Array {
  const bits = randomBits(key, draw);
  const uniform = new Float32Array(bits.buffer); // each element in the place of its bits
  for (let i = 0; i < uniform.length; i++) uniform[i] = (bits[i]! >>> 8) / 0x1000000;
  return uniform;
}
