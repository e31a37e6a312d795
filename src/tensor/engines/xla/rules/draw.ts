import { elementCount } from "../../../program.ts";
import { STREAM_DOMAIN } from "../../../threefry.ts";
import type { Emitter } from "../hlo/emitter.ts";
import type { Value } from "../hlo/types.ts";
import { type Call, input, output, type Rule } from "./rule.ts";

const PARITY = 0x1bd11bda;
const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

function rotate(hlo: Emitter, x: Value, amount: number): Value {
  const left = hlo.elementwise("shift_left", [x, hlo.like(x, amount)]);
  const right = hlo.elementwise("shift_right_logical", [x, hlo.like(x, 32 - amount)]);
  return hlo.elementwise("or", [left, right]);
}

/** Threefry-2x32-20 of `threefry.ts` on words ui32: key of scalars, counters of one shape. */
function threefry(
  hlo: Emitter,
  key: readonly [Value, Value],
  counter: readonly [Value, Value],
): [Value, Value] {
  const add = (a: Value, b: Value) => hlo.elementwise("add", [a, b]);
  const parity = hlo.elementwise("xor", [
    hlo.elementwise("xor", [key[0], key[1]]),
    hlo.like(key[0], PARITY),
  ]);
  const schedule = [key[0], key[1], parity] as const;
  let [x, y] = [add(counter[0], schedule[0]), add(counter[1], schedule[1])];
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2 as 0 | 1]) {
      x = add(x, y);
      y = hlo.elementwise("xor", [rotate(hlo, y, rotation), x]);
    }
    x = add(x, schedule[(group + 1) % 3 as 0 | 1 | 2]);
    const next = schedule[(group + 2) % 3 as 0 | 1 | 2];
    y = add(y, add(next, hlo.like(next, group + 1)));
  }
  return [x, y];
}

/** Words ui32 in the shape of the output. */
function words(call: Call): Value {
  const { hlo, attributes } = call;
  const key = hlo.op("bitcast_convert", [input(call)], { type: "ui32", shape: [2] });
  const [seed, step] = [0, 1].map((i) =>
    hlo.reshape(hlo.slice(key, { begin: [i], end: [i + 1] }), [])
  );
  if (!seed || !step) throw new Error("internal: a key of two words");
  const stream = hlo.like(seed, attributes.number("stream"));
  const own = threefry(hlo, [seed, step], [stream, hlo.like(seed, STREAM_DOMAIN)]);
  const { shape } = output(call);
  const flat = { type: "ui32", shape: [elementCount(shape)] } as const;
  const [first] = threefry(hlo, own, [hlo.iota(0, flat), hlo.splat(0, flat)]);
  // Without the barrier every reader of the draw would be fused with it and draw again for each of its own elements.
  const kept = hlo.op("optimization_barrier", [first], flat);
  return hlo.reshape(kept, shape);
}

/** Counter-based draws, bit-equal to `threefry.ts`. */
export const draws: Readonly<Record<string, Rule>> = {
  RandomBits: (call) => call.hlo.op("bitcast_convert", [words(call)], output(call)),
  RandomUniform: (call) => {
    const { hlo } = call;
    const bits = words(call);
    const upper = hlo.elementwise("shift_right_logical", [bits, hlo.like(bits, 8)]);
    const real = hlo.convert(upper, "f32");
    return hlo.elementwise("multiply", [real, hlo.like(real, 2 ** -24)]);
  },
};
