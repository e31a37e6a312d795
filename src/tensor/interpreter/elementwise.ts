import { castElement } from "../builder.ts";
import { randomBits, randomUniform } from "../threefry.ts";
import { binaryFunctions, unaryFunctions } from "../scalar_functions.ts";
import { broadcastStrides, offsetsOf } from "../strides.ts";
import { at, type Interpretation, type Operand } from "./operand.ts";

/** Offsets of an operand's elements when it is read with the output's shape. */
export function broadcastOffsets(operand: Operand, output: Operand): Int32Array {
  return offsetsOf(output.spec.shape, broadcastStrides(operand.spec.shape, output.spec.shape));
}

function unary(apply: (typeof unaryFunctions)[string]): Interpretation {
  return (inputs, outputs, attributes) => {
    const { data } = at(inputs, 0);
    at(outputs, 0).data.set(data.map((x) => apply(x, attributes)));
  };
}

function binary(apply: (typeof binaryFunctions)[string]): Interpretation {
  return (inputs, outputs) => {
    const [a, b, out] = [at(inputs, 0), at(inputs, 1), at(outputs, 0)];
    const [aAt, bAt] = [broadcastOffsets(a, out), broadcastOffsets(b, out)];
    const whole = out.spec.dtype === "int32";
    for (let i = 0; i < out.data.length; i++) {
      const value = apply(a.data[aAt[i] ?? 0] ?? 0, b.data[bAt[i] ?? 0] ?? 0);
      out.data[i] = whole ? Math.trunc(value) | 0 : value;
    }
  };
}

const select: Interpretation = (inputs, outputs) => {
  const [test, yes, no, out] = [at(inputs, 0), at(inputs, 1), at(inputs, 2), at(outputs, 0)];
  const [testAt, yesAt, noAt] = [test, yes, no].map((operand) => broadcastOffsets(operand, out));
  for (let i = 0; i < out.data.length; i++) {
    const chosen = test.data[testAt?.[i] ?? 0]
      ? yes.data[yesAt?.[i] ?? 0]
      : no.data[noAt?.[i] ?? 0];
    out.data[i] = chosen ?? 0;
  }
};

const cast: Interpretation = (inputs, outputs) => {
  const [x, out] = [at(inputs, 0), at(outputs, 0)];
  out.data.set(
    out.spec.dtype === "float32" ? x.data : x.data.map((element) => castElement(element, out.spec)),
  );
};

function draw(bits: boolean): Interpretation {
  return (inputs, outputs, attributes) => {
    const [seed = 0, step = 0] = at(inputs, 0).data;
    const out = at(outputs, 0);
    const options = { stream: attributes.number("stream"), count: out.data.length };
    const key = [seed | 0, step | 0] as const;
    out.data.set(
      bits ? Array.from(randomBits(key, options), (word) => word | 0) : randomUniform(key, options),
    );
  };
}

/** Kernels that work element by element, and draws. */
export const elementwise: Readonly<Record<string, Interpretation>> = {
  ...Object.fromEntries(
    Object.entries(unaryFunctions).map(([name, apply]) => [name, unary(apply)]),
  ),
  ...Object.fromEntries(
    Object.entries(binaryFunctions).map(([name, apply]) => [name, binary(apply)]),
  ),
  Select: select,
  Cast: cast,
  RandomUniform: draw(false),
  RandomBits: draw(true),
};
