import assert from "node:assert/strict";
import { PilResize } from "../../src/data/pil_resize.ts";
import { hex } from "./fixtures.ts";

/** A picture of noise, uint8 [edge, edge, 3]: the third byte of each step of a linear congruential generator. */
function noise(edge: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: edge * edge * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 255;
  });
}

function resized(picture: Uint8Array, edges: { from: number; to: number }): Uint8Array {
  const target = new Uint8Array(edges.to * edges.to * 3);
  new PilResize(edges).resize(picture, target);
  return target;
}

// Written by Pillow 13.0.0: Image.fromarray(picture).resize((to, to), Image.BILINEAR).
const vectors: [number, number, number, number[], number[], string][] = [
  [
    96,
    32,
    1,
    [161, 98, 158, 144, 108, 160, 118, 104, 128, 140, 110, 146],
    [120, 153, 126, 116, 133, 100],
    "37792ab0db6f5920d7459b55f9d17fadbd5fa021deb54c232b4ec88da26222c4",
  ],
  [
    96,
    32,
    2,
    [145, 130, 124, 120, 113, 117, 112, 97, 118, 93, 132, 139],
    [138, 101, 118, 128, 123, 105],
    "904f9580d099d14c6a79c4e67c84c5efa3a7d07c804f08b4211f963a0a457f41",
  ],
  [
    50,
    32,
    3,
    [125, 130, 100, 71, 135, 75, 86, 75, 132, 142, 93, 144],
    [88, 173, 132, 135, 113, 112],
    "7ffd3cd7c1c0dbff5cc6789e7df0afaa3a9ece58e2106b2387b170275735fc6a",
  ],
  [
    33,
    7,
    4,
    [148, 130, 124, 136, 126, 124, 126, 140, 107, 123, 145, 110],
    [107, 127, 116, 116, 128, 145],
    "bffed8847f7a74f6a52c3f4e9ca1af73819de5d2ee19d1d555564de05cbe6cf8",
  ],
  [
    16,
    32,
    5,
    [223, 9, 120, 201, 59, 117, 156, 159, 111, 146, 186, 96],
    [81, 223, 208, 98, 241, 236],
    "7270009e7074a6f5152d72231e55a7058996f971a9202df6786eb25dd294d873",
  ],
];

Deno.test("PilResize gives Pillow's bytes for noise, also where sizes do not divide", () => {
  for (const [from, to, seed, first, last, sha256] of vectors) {
    const pixels = resized(noise(from, seed), { from, to });
    assert.deepEqual([...pixels.subarray(0, 12)], first, `${from} to ${to}`);
    assert.deepEqual([...pixels.subarray(-6)], last, `${from} to ${to}`);
    assert.equal(hex("sha256", pixels), sha256, `${from} to ${to}`);
  }
});

Deno.test("PilResize gives Pillow's bytes for ramps, checks and white", () => {
  const picture = new Uint8Array(96 * 96 * 3);
  for (let y = 0; y < 96; y++) {
    for (let x = 0; x < 96; x++) {
      const checked = (Math.floor(x / 5) + Math.floor(y / 5)) % 2 === 1 ? 255 : 0;
      picture.set([2 * x, 2 * y, checked], 3 * (96 * y + x));
    }
  }
  const pixels = resized(picture, { from: 96, to: 32 });
  assert.deepEqual([...pixels.subarray(0, 12)], [3, 3, 0, 8, 3, 85, 14, 3, 255, 20, 3, 85]);
  assert.equal(
    hex("sha256", pixels),
    "71a2e4a765f1fe858ede1a5c068e0d1ab8cd0a62c072bccabdea83e5b4c19165",
  );
  const white = resized(new Uint8Array(96 * 96 * 3).fill(255), { from: 96, to: 32 });
  assert.ok(white.every((value) => value === 255));
});
