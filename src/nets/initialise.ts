import { randomUniform } from "../tensor/threefry.ts";

/** How a parameter's values are drawn before the first step. */
export type Initialiser =
  | { readonly kind: "zeros" | "ones" }
  /** Normal, standard deviation √(2 / (out · k²)). Kernels only. */
  | { readonly kind: "kaiming-normal-fan-out" }
  /** Normal, standard deviation √(2 / (in + out)). Linear weights only. */
  | { readonly kind: "xavier-normal" }
  /** Uniform in [−bound, bound). */
  | { readonly kind: "uniform"; readonly bound: number };

/** What `initialValues` needs to know of a parameter. */
export interface Initialised {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/**
 * A parameter's first values: a pure function of seed, name and shape, so that an added head changes no other parameter.
 */
export function initialValues(
  { name, shape, initialiser }: Initialised,
  seed: number,
): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (initialiser.kind === "zeros") return new Float32Array(count);
  if (initialiser.kind === "ones") return new Float32Array(count).fill(1);
  const draw = (count: number) =>
    randomUniform([seed, INITIAL_STEP], { stream: streamOf(name), count });
  if (initialiser.kind === "uniform") {
    const { bound } = initialiser;
    return draw(count).map((u) => (2 * u - 1) * bound);
  }
  const deviation = initialiser.kind === "xavier-normal"
    ? Math.sqrt(2 / (shape[0]! + shape[1]!))
    : Math.sqrt(2 / (shape[0]! * shape[1]! * shape[3]!)); // fan out of [kh,kw,in,out], gain √2
  return normals(draw(2 * count), deviation);
}

/** In the place of the step in the key; no step has it. */
const INITIAL_STEP = -1;

/** Normal values from twice as many uniform ones (Box and Muller 1958). */
function normals(uniform: Float32Array, deviation: number): Float32Array {
  const values = new Float32Array(uniform.length / 2);
  for (let i = 0; i < values.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform[2 * i]!));
    values[i] = Math.fround(radius * Math.cos(2 * Math.PI * uniform[2 * i + 1]!)) * deviation;
  }
  return values;
}

/** A stream number from a name: FNV-1a, 32 bits. */
function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
