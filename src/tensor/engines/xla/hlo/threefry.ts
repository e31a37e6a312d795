import { STREAM_DOMAIN } from "../../../threefry.ts";
import type { Emitter } from "./emitter.ts";
import type { Value } from "./types.ts";

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const GROUPS = 5;

type Words = readonly [Value, Value];

function add(hlo: Emitter, a: Value, b: Value): Value {
  return hlo.elementwise("add", [a, b]);
}

/** x with its bits turned left by a number of them, ui32 []. */
function rotate(hlo: Emitter, x: Value, amount: Value): Value {
  const rest = hlo.elementwise("subtract", [hlo.like(amount, 32), amount]);
  const left = hlo.elementwise("shift_left", [x, amount]);
  const right = hlo.elementwise("shift_right_logical", [x, rest]);
  return hlo.elementwise("or", [left, right]);
}

/** Four rounds. */
function mixed(hlo: Emitter, words: Words, amounts: readonly Value[]): Words {
  return amounts.reduce<Words>(([x, y], amount) => {
    const sum = add(hlo, x, y);
    return [sum, hlo.elementwise("xor", [rotate(hlo, y, amount), sum])];
  }, words);
}

/** The next two words of the key's schedule added, and the group's number. */
function keyed(hlo: Emitter, words: Words, next: { schedule: Words; group: Value }): Words {
  const { schedule, group } = next;
  const second = add(hlo, schedule[1], hlo.broadcast(group, schedule[1].shape));
  return [add(hlo, words[0], schedule[0]), add(hlo, words[1], second)];
}

/** The five groups written out. */
function unrolled(hlo: Emitter, start: Words, schedule: readonly [Value, Value, Value]): Words {
  const word = { type: "ui32", shape: [] } as const;
  let words = start;
  for (let group = 0; group < GROUPS; group++) {
    const amounts = ROTATIONS[group % 2 as 0 | 1].map((amount) => hlo.splat(amount, word));
    const next = [0, 1].map((i) => schedule[(group + 1 + i) % 3 as 0 | 1 | 2]) as [Value, Value];
    words = keyed(hlo, mixed(hlo, words, amounts), {
      schedule: next,
      group: hlo.splat(group + 1, word),
    });
  }
  return words;
}

/** The five groups as a loop, whose state turns schedule and rotations on. */
function looped(hlo: Emitter, start: Words, schedule: readonly [Value, Value, Value]): Words {
  const rotations = ROTATIONS.map((list) => hlo.constant(list, { type: "ui32", shape: [4] }));
  const state = [...start, schedule[1], schedule[2], schedule[0], ...rotations];
  const [x, y] = hlo.repeat(GROUPS, state, (index, own) => {
    const [x, y, first, second, third, now, later] = own;
    if (!x || !y || !first || !second || !third || !now || !later) {
      throw new Error("internal: the state of threefry");
    }
    const amounts = [0, 1, 2, 3].map((i) =>
      hlo.reshape(hlo.slice(now, { begin: [i], end: [i + 1] }), [])
    );
    const group = hlo.convert(add(hlo, index, hlo.like(index, 1)), "ui32");
    const words = keyed(hlo, mixed(hlo, [x, y], amounts), { schedule: [first, second], group });
    return [...words, second, third, first, later, now];
  });
  if (!x || !y) throw new Error("internal: threefry gives two words");
  return [x, y];
}

/** Threefry-2x32-20 of `threefry.ts` on words ui32: keys and counters of one shape. */
function threefry(hlo: Emitter, blocks: { key: Words; counter: Words; loop: boolean }): Words {
  const { key, counter, loop } = blocks;
  const both = hlo.elementwise("xor", [key[0], key[1]]);
  const parity = hlo.elementwise("xor", [both, hlo.like(both, PARITY)]);
  const start = [add(hlo, counter[0], key[0]), add(hlo, counter[1], key[1])] as const;
  return (loop ? looped : unrolled)(hlo, start, [key[0], key[1], parity]);
}

/** One draw under a key. */
export interface StreamDraw {
  readonly stream: number;
  readonly count: number;
}

/**
 * The words ui32 of several draws under one key int32 [2], one after another. With `loop` they are made once; without, a compiler may
 * join the operations with every reader of the words.
 */
export function drawWords(
  hlo: Emitter,
  key: Value,
  { draws, loop }: { readonly draws: readonly StreamDraw[]; readonly loop: boolean },
): Value {
  const streams = { type: "ui32", shape: [draws.length] } as const;
  const words = hlo.op("bitcast_convert", [key], { type: "ui32", shape: [2] });
  const wordOf = (list: Value, i: number) => hlo.slice(list, { begin: [i], end: [i + 1] });
  const numbers = hlo.constant(draws.map(({ stream }) => stream), streams);
  const own = threefry(hlo, {
    key: [
      hlo.broadcast(wordOf(words, 0), streams.shape),
      hlo.broadcast(wordOf(words, 1), streams.shape),
    ],
    counter: [numbers, hlo.splat(STREAM_DOMAIN, streams)],
    loop,
  });
  const repeated = (list: Value) =>
    hlo.concat(draws.map(({ count }, i) => hlo.broadcast(wordOf(list, i), [count])), 0);
  const counters = hlo.concat(
    draws.map(({ count }) => hlo.iota(0, { type: "ui32", shape: [count] })),
    0,
  );
  const counter = [counters, hlo.like(counters, 0)] as const;
  return threefry(hlo, { key: [repeated(own[0]), repeated(own[1])], counter, loop })[0];
}
