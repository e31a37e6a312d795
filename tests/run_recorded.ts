/** Records a body and runs it with the float64 interpreter. */
import type * as tf from "@tensorflow/tfjs";
import { interpret } from "../src/tensor/interpreter.ts";
import type { TensorSpec } from "../src/tensor/program.ts";
import { record } from "../src/tensor/recorder.ts";

/** An input of a recorded body. */
export interface Given {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly dtype?: "float32" | "int32";
  readonly storage?: "uint8";
}

/** What is computed, as `record` takes it. */
export type Body = (tensors: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>;

/** The program of a body without state, and its inputs' values. */
export function recorded(given: Readonly<Record<string, Given>>, body: Body) {
  const specs: Record<string, TensorSpec> = {};
  const values: Record<string, ArrayLike<number>> = {};
  for (const [name, { shape, data, dtype = "float32", storage }] of Object.entries(given)) {
    specs[name] = { shape, dtype, ...(storage === undefined ? {} : { storage }) };
    values[name] = data;
  }
  return { program: record(specs, body, { state: [] }), values };
}

/** Outputs of the body for these inputs, row-major. */
export function runRecorded(
  given: Readonly<Record<string, Given>>,
  body: Body,
): Record<string, Float64Array> {
  const { program, values } = recorded(given, body);
  return interpret(program, values);
}
