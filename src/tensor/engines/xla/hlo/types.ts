import type { TensorSpec } from "../../../program.ts";

/** Element types of StableHLO that programs need. */
export type ElementType = "f32" | "i32" | "i1" | "ui8" | "ui32";

/** A value of a StableHLO module. */
export interface Value {
  /** `%12`. */
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The element of a constant that repeats one. */
  readonly splat?: number;
}

/** The element type in which an engine keeps a tensor. */
export function elementTypeOf({ dtype, storage }: TensorSpec): "f32" | "i32" | "i1" | "ui8" {
  if (storage) return "ui8";
  return dtype === "float32" ? "f32" : dtype === "int32" ? "i32" : "i1";
}

/** `tensor<64x10xf32>`, `tensor<i32>`. */
export function typeText(type: ElementType, shape: readonly number[]): string {
  return shape.length ? `tensor<${shape.join("x")}x${type}>` : `tensor<${type}>`;
}

/** `array<i64: 0, 1>`; the empty list has no colon. */
export function listText(numbers: readonly number[], type = "i64"): string {
  return numbers.length ? `array<${type}: ${numbers.join(", ")}>` : `array<${type}>`;
}

/** `dense<[[1, 2], [0, 0]]> : tensor<2x2xi64>`, pairs of paddings. */
export function pairsText(pairs: readonly (readonly number[])[]): string {
  const rows = pairs.map((pair) => `[${pair.join(", ")}]`).join(", ");
  return pairs.length
    ? `dense<[${rows}]> : tensor<${pairs.length}x2xi64>`
    : `dense<> : tensor<0x2xi64>`;
}
