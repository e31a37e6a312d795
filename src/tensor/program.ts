/** Element types, as TensorFlow.js names them. */
export type DType = "float32" | "int32" | "bool";

/** What a tensor looks like from outside. */
export interface TensorSpec {
  /** Row-major; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /**
   * How the elements are kept where that differs from the dtype: an int32 tensor of pixels is kept as bytes. Only GatherV2,
   * Reshape, Slice and Transpose take such a tensor and keep it so; Cast converts it.
   */
  readonly storage?: "uint8";
}

/** Attribute of a kernel call: plain data, so that a program can be written down. */
export type Attribute =
  | number
  | string
  | boolean
  | readonly number[]
  | readonly (readonly number[])[];

/** One kernel call. Inputs and outputs are indices into `Program.values`. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: readonly number[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly number[];
}

/** A value known when the program is recorded. One repeated element is kept once, as `splat`. */
export interface Constant {
  readonly value: number;
  readonly splat?: number;
  readonly data?: readonly number[];
}

/**
 * A flat list of kernel calls in the order of their dependence: plain data (see `program_json.ts`). Kernel names and
 * attributes are those of `kernels.ts`. Every value is written once.
 */
export interface Program {
  readonly values: readonly TensorSpec[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly constants: readonly Constant[];
  readonly calls: readonly KernelCall[];
  readonly outputs: Readonly<Record<string, number>>;
  /** Names of inputs that the output of the same name replaces. */
  readonly state: readonly string[];
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function sameSpec(a: TensorSpec, b: TensorSpec): boolean {
  return a.dtype === b.dtype && a.storage === b.storage && sameShape(a.shape, b.shape);
}

/** `float32[64,10]`, `uint8[50000,32,32,3]`. */
export function specText(spec: TensorSpec): string {
  return `${spec.storage ?? spec.dtype}[${spec.shape.join(",")}]`;
}
