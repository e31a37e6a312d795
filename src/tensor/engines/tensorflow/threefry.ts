/**
 * Threefry-2x32 with 20 rounds in TensorFlow's uint32 operations, bit for bit that of `src/tensor/threefry.ts`:
 * x += y; y = rotl(y, r) ^ x, and after every four rounds the next two words of the key k0, k1, parity ^ k0 ^ k1.
 */
import type { Edge, Graph } from "./graph.ts";

/** Two words an element; they broadcast. */
export type Words = readonly [Edge, Edge];

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const T = { type: "uint32" } as const;

function rotate(graph: Graph, word: Edge, bits: number): Edge {
  const left = graph.add("LeftShift", [word, graph.scalar("uint32", bits)], { T });
  const right = graph.add("RightShift", [word, graph.scalar("uint32", 32 - bits)], { T });
  return graph.add("BitwiseOr", [left, right], { T });
}

/** Encrypts counters under keys. */
export function threefry(graph: Graph, key: Words, counter: Words): Words {
  const add = (a: Edge, b: Edge) => graph.add("AddV2", [a, b], { T });
  const xor = (a: Edge, b: Edge) => graph.add("BitwiseXor", [a, b], { T });
  const mixed = xor(xor(graph.scalar("uint32", PARITY), key[0]), key[1]);
  const schedule = [key[0], key[1], mixed] as const;
  let x = add(counter[0], schedule[0]);
  let y = add(counter[1], schedule[1]);
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2 as 0 | 1]) {
      x = add(x, y);
      y = xor(rotate(graph, y, rotation), x);
    }
    x = add(x, schedule[(group + 1) % 3 as 0 | 1 | 2]);
    const injected = add(
      schedule[(group + 2) % 3 as 0 | 1 | 2],
      graph.scalar("uint32", group + 1),
    );
    y = add(y, injected);
  }
  return [x, y];
}
