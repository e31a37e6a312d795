import type * as tf from "@tensorflow/tfjs";
import type { TensorSpec } from "../../src/tensor/mod.ts";

/** One small computation of a kernel or two. */
export interface KernelCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly body: (tensors: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;
  /** Where the inputs lie, for functions that are not defined everywhere: lowest and highest. Default -2, 2. */
  readonly range?: readonly [number, number];
  /** Whether engines give the interpreter's bits. */
  readonly isExact?: boolean;
}

export function f32(...shape: number[]): TensorSpec {
  return { shape, dtype: "float32" };
}

export function i32(...shape: number[]): TensorSpec {
  return { shape, dtype: "int32" };
}

export function bool(...shape: number[]): TensorSpec {
  return { shape, dtype: "bool" };
}

/** Values that look random and are the same in every run. */
export function hostValues(
  spec: TensorSpec,
  options: { seed: number; range?: readonly [number, number] },
): number[] {
  const [low, high] = options.range ?? (spec.dtype === "float32" ? [-2, 2] : [-5, 6]);
  const count = spec.shape.reduce((product, size) => product * size, 1);
  let state = options.seed * 7919 + 17;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const u = state / 2 ** 32;
    if (spec.dtype === "bool") return Number(u < 0.5);
    if (spec.dtype === "float32") return Math.fround(low + u * (high - low));
    return Math.floor(low + u * (high - low));
  });
}

/** Values of a case's inputs. */
export function valuesOf({ inputs, range }: KernelCase, seed: number): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec], i) => [
      name,
      hostValues(spec, { seed: seed + 100 * i, ...(range ? { range } : {}) }),
    ]),
  );
}
