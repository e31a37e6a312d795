/**
 * Threefry-2x32 with 20 rounds: a counter-based generator, so that element i of a draw depends on nothing but key, stream and i.
 * Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011). The engines' kernels give the same bits.
 */

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

/** Encrypts a counter of two 32-bit words under a key of two; the words of the result are unsigned. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const schedule = [key[0], key[1], PARITY ^ key[0] ^ key[1]] as const;
  let x = (counter[0] + schedule[0]) | 0;
  let y = (counter[1] + schedule[1]) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2 as 0 | 1]) {
      x = (x + y) | 0;
      y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    }
    x = (x + schedule[(group + 1) % 3 as 0 | 1 | 2]) | 0;
    y = (y + schedule[(group + 2) % 3 as 0 | 1 | 2] + group + 1) | 0;
  }
  return [x >>> 0, y >>> 0];
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

/** `count` words of 32 random bits: element i is the first word of the block with counter [i, 0]. */
export function randomBits(key: readonly [number, number], draw: Draw): Uint32Array {
  const own = streamKey(key, draw.stream);
  return Uint32Array.from({ length: draw.count }, (_, i) => threefry2x32(own, [i, 0])[0]);
}

/** `count` float32 in [0, 1): the upper 24 bits of `randomBits`. */
export function randomUniform(key: readonly [number, number], draw: Draw): Float32Array {
  return Float32Array.from(randomBits(key, draw), (bits) => (bits >>> 8) / 0x1000000);
}
