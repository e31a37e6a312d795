import type { Value } from "../hlo/types.ts";
import { type Call, output, type Rule } from "./rule.ts";

function words(call: Call): Value {
  if (!call.words) throw new Error("internal: a draw without words");
  return call.hlo.reshape(call.words, output(call).shape);
}

/** Counter-based draws, bit-equal to `threefry.ts`. */
export const draws: Readonly<Record<string, Rule>> = {
  RandomBits: (call) => call.hlo.op("bitcast_convert", [words(call)], output(call)),
  // The upper 24 bits, as a part of 2²⁴.
  RandomUniform: (call) => {
    const { hlo } = call;
    const bits = words(call);
    const upper = hlo.elementwise("shift_right_logical", [bits, hlo.like(bits, 8)]);
    const real = hlo.convert(upper, "f32");
    return hlo.elementwise("multiply", [real, hlo.like(real, 2 ** -24)]);
  },
};
