/** Runs a recorded body on the interpreter and on every engine that is there. */
import type * as tf from "@tensorflow/tfjs";
import type { Engine } from "../../src/tensor/engine.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { expandProgram } from "../../src/tensor/expand.ts";
import { interpret } from "../../src/tensor/interpreter.ts";
import type { TensorSpec } from "../../src/tensor/program.ts";
import { record } from "../../src/tensor/recorder.ts";
import type { Given } from "../run_recorded.ts";
import { openTensorflow, tensorflowIsInstalled } from "../tensor/tensorflow/installed.ts";
import { runOnce } from "../tensor/run_once.ts";
import { openXla, xlaIsInstalled } from "../tensor/xla/installed.ts";

/** Outputs by the name of what computed them. */
export type Results = ReadonlyMap<string, Readonly<Record<string, ArrayLike<number>>>>;

let engines: Promise<readonly (readonly [name: string, engine: Engine])[]> | undefined;

async function open(): Promise<readonly (readonly [string, Engine])[]> {
  return [
    ["wasm", await createWasmEngine()],
    ...(tensorflowIsInstalled ? [["tensorflow", await openTensorflow()] as const] : []),
    ...(xlaIsInstalled ? [["xla", await openXla()] as const] : []),
  ];
}

/** Own kernels and those composed of others are both tried. */
export async function everywhere(
  given: Readonly<Record<string, Given>>,
  body: (tensors: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>,
): Promise<Results> {
  const specs: Record<string, TensorSpec> = {};
  const values: Record<string, ArrayLike<number>> = {};
  for (const [name, { shape, data, dtype = "float32", storage }] of Object.entries(given)) {
    specs[name] = { shape, dtype, ...(storage === undefined ? {} : { storage }) };
    values[name] = data;
  }
  const program = record(specs, body, { state: [] });
  const results = new Map<string, Readonly<Record<string, ArrayLike<number>>>>();
  results.set("interpreter", interpret(program, values));
  engines ??= open();
  for (const [name, engine] of await engines) {
    results.set(name, await runOnce(engine, program, values));
    const expanded = expandProgram(program);
    if (expanded !== program && name !== "xla") { // which has no kernels of its own
      results.set(`${name}, composed`, await runOnce(engine, expanded, values));
    }
  }
  return results;
}
