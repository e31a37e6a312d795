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

/** Outputs of the body for these inputs, row-major. */
export function runRecorded(
  given: Readonly<Record<string, Given>>,
  body: (tensors: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>,
): Record<string, Float64Array> {
  const specs: Record<string, TensorSpec> = {};
  const values: Record<string, ArrayLike<number>> = {};
  for (const [name, { shape, data, dtype = "float32", storage }] of Object.entries(given)) {
    specs[name] = { shape, dtype, ...(storage === undefined ? {} : { storage }) };
    values[name] = data;
  }
  return interpret(record(specs, body, { state: [] }), values);
}
