import assert from "node:assert/strict";
import { PilResize } from "../../src/data/pil_resize.ts";
import { hex } from "./fixtures.ts";

/** A picture of noise, uint8 [height, width, 3]: the third byte of each step of a linear congruential generator. */
function noise(width: number, seed: number, height = width): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 16) & 255;
  });
}

function resized(picture: Uint8Array, edges: { from: number; to: number }): Uint8Array {
  const target = new Uint8Array(edges.to * edges.to * 3);
  const { from, to: edge } = edges;
  new PilResize({ width: from, height: from, edge, filter: "bilinear" }).resize(picture, target);
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

// Written by Pillow 9.5.0: Image.fromarray(picture).resize((edge, edge), Image.BOX).
const boxes: [number, number, number, number, number[], string][] = [[500, 375, 32, 1, [
  135,
  135,
  137,
  132,
  137,
  130,
], "e4ed1041a024db11d04154163fcdda1910afccd16de1af9e4c7de37e93283bbd"], [333, 500, 64, 2, [
  126,
  132,
  141,
  120,
  143,
  133,
], "106750a2702d99cb0202a2fd6cfebd4f4fecb9d63be176e5e0bf052f21446831"], [57, 91, 32, 3, [
  116,
  175,
  139,
  117,
  141,
  137,
], "6e72f6bdb55f27f94e283ddc36ffbed03835ab3bf08dfd932f386f78b1568ab3"], [20, 17, 32, 4, [
  25,
  102,
  251,
  25,
  102,
  251,
], "5eb39e23e224ef033f84d4bdd51777465b20f11f86e1146fd7895a4c47abaec8"], [64, 64, 32, 5, [
  164,
  109,
  84,
  111,
  82,
  105,
], "aac68c921c67ee87a8d0f6d4b6afb29c547b37bc45f09ae5fdf31d8c31847586"], [33, 32, 32, 6, [
  166,
  171,
  246,
  140,
  114,
  73,
], "8a0e4788849ea86e650ce557b2cd7da4fbbec5f044a7d4593d984d3b6ad5915a"]];

Deno.test("PilResize gives Pillow's bytes with the box filter, for pictures of any proportions", () => {
  for (const [width, height, edge, seed, first, sha256] of boxes) {
    const picture = noise(width, seed, height);
    const target = new Uint8Array(edge * edge * 3);
    new PilResize({ width, height, edge, filter: "box" }).resize(picture, target);
    assert.deepEqual([...target.subarray(0, 6)], first, `${width} × ${height} to ${edge}`);
    assert.equal(hex("sha256", target), sha256, `${width} × ${height} to ${edge}`);
    const inBands = new PilResize({ width, height, edge, filter: "box" });
    for (let top = 0; top < height; top += 7) {
      inBands.takeRows(picture.subarray(3 * width * top, 3 * width * (top + 7)), top);
    }
    const again = new Uint8Array(edge * edge * 3);
    inBands.finish(again);
    assert.deepEqual(again, target);
  }
});
