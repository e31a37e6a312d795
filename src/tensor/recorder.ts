import * as tf from "@tensorflow/tfjs";
import { ProgramBuilder } from "./builder.ts";
import type { Site } from "./call_sites.ts";
import type { Program, TensorSpec } from "./program.ts";
import { recorderBackend, refuse } from "./recording/backend.ts";
import "./recording/kernels.ts";
import "./recording/gradients.ts";
import { validateProgram } from "./validate.ts";

/** Options of `record`. */
export interface RecordOptions {
  /** Names whose output replaces the input of the same name. Default: every name that is both. */
  readonly state?: readonly string[];
  /** Where all its calls are said to be made. Default: each at its own line. */
  readonly site?: Site | undefined;
}

/**
 * Records what `body` computes from symbolic tensors, by TensorFlow.js's own operations (and `ops.ts`), as a Program. Gradients
 * are taken inside with `tf.valueAndGrads` and the like. `body` runs once, synchronously.
 *
 * Throws, naming the caller's line, on whatever would freeze a value of the host into the program: draws, reads of tensors,
 * variables, tensors from outside; and on shapes that do not fit and kernels that cannot be recorded.
 */
export function record(
  inputs: Readonly<Record<string, TensorSpec>>,
  body: (tensors: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>,
  options: RecordOptions = {},
): Program {
  if (recorderBackend.builder) throw new Error("record() cannot be called inside record()");
  const builder = new ProgramBuilder(options);
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, spec]) => [name, builder.input(name, spec)]),
  );
  const outputs = withRecorder(builder, () => tf.tidy(() => run(values, body)));
  const state = options.state ?? Object.keys(inputs).filter((name) => name in outputs);
  const program = builder.finish(outputs, state);
  validateProgram(program);
  return program;
}

/** Runs `body` on tensors of the values; the values of what it returns. */
function run(
  inputs: Readonly<Record<string, number>>,
  body: (tensors: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>,
): Record<string, number> {
  const engine = tf.engine();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      const { dataId, shape, dtype } = recorderBackend.info(value);
      return [name, engine.makeTensorFromDataId(dataId, shape, dtype, recorderBackend)];
    }),
  );
  const results = body(tensors);
  if (recorderBackend.refused) throw recorderBackend.refused;
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => {
      if (!(tensor instanceof tf.Tensor)) {
        throw new TypeError(`Output "${name}" of record() is no tensor`);
      }
      return [name, recorderBackend.idOf(tensor.dataId)];
    }),
  );
}

/** Makes the recorder tfjs's backend, and draws of the host and variables errors, while `work` runs. */
function withRecorder<T>(builder: ProgramBuilder, work: () => T): T {
  const engine = tf.engine();
  const { backendName, keep, makeVariable } = engine;
  const random = Math.random;
  const kept: tf.Tensor[] = [];
  // Resolves later, but has its effect at once, since the backend is made synchronously.
  void tf.setBackend("recorder");
  if (tf.getBackend() !== "recorder") {
    throw new Error("internal: the recorder is not tfjs's backend");
  }
  recorderBackend.builder = builder;
  recorderBackend.refused = undefined;
  Math.random = () => refuse("Math.random would be the same in every run of the program");
  engine.makeVariable = () =>
    refuse("a tf.variable cannot be recorded: make it an input and an output");
  engine.keep = (tensor) => {
    kept.push(tensor);
    keep.call(engine, tensor);
    return tensor;
  };
  try {
    return work();
  } finally {
    Object.assign(engine, { keep, makeVariable });
    Math.random = random;
    for (const tensor of kept) tensor.dispose();
    recorderBackend.builder = undefined;
    recorderBackend.clear();
    if (backendName && backendName !== "recorder") void tf.setBackend(backendName);
  }
}
