/** Recorded bodies on every engine of this machine. */
import type { DeviceTensor, Engine, Executable } from "../../src/tensor/engine.ts";
import { createWasmEngine } from "../../src/tensor/engines/wasm/mod.ts";
import { programToJson } from "../../src/tensor/mod.ts";
import { record } from "../../src/tensor/recorder.ts";
import { goldenTest } from "../golden.ts";
import { type Given, runRecorded } from "../run_recorded.ts";
import { openTensorflow, tensorflowIsInstalled } from "../tensor/tensorflow/installed.ts";
import { openXla, xlaIsInstalled } from "../tensor/xla/installed.ts";

export type Body = Parameters<typeof runRecorded>[1];
export type EngineName = "interpreter" | "wasm" | "tensorflow" | "xla";

const OPEN: Readonly<Record<Exclude<EngineName, "interpreter">, () => Promise<Engine>>> = {
  wasm: createWasmEngine,
  tensorflow: openTensorflow,
  xla: openXla,
};

/** Whether an engine is on this machine. */
const INSTALLED: Readonly<Record<EngineName, boolean>> = {
  interpreter: true,
  wasm: true,
  tensorflow: tensorflowIsInstalled,
  xla: xlaIsInstalled,
};
const ENGINE_NAMES = Object.keys(INSTALLED) as EngineName[];

/** The engine of the test that runs, with the programs that it has prepared. */
let session:
  | { readonly engine: Engine; readonly prepared: Map<string, Executable> }
  | undefined;

/** A golden test for each engine; ignored, and its name says so, for one that this machine lacks. */
export function goldenEngineTest(name: string, body: (engine: EngineName) => Promise<void>): void {
  for (const engine of ENGINE_NAMES) {
    const lacking = INSTALLED[engine] ? "" : ` (skipped: ${engine} is not installed)`;
    goldenTest(`${name}, ${engine}${lacking}`, async () => {
      if (engine === "interpreter") return body(engine);
      session = { engine: await OPEN[engine](), prepared: new Map() };
      try {
        await body(engine);
      } finally {
        for (const executable of session.prepared.values()) executable.dispose();
        session.engine.close();
        session = undefined;
      }
    }, { ignore: !INSTALLED[engine] });
  }
}

/** Outputs of the body for these inputs, row-major. Engines but the interpreter only within `goldenEngineTest`. */
export async function runOn(
  name: EngineName,
  given: Readonly<Record<string, Given>>,
  body: Body,
): Promise<Record<string, Float64Array>> {
  if (name === "interpreter") return runRecorded(given, body);
  const { engine, prepared } = session!;
  const specs = Object.fromEntries(
    Object.entries(given).map(([key, { shape, dtype = "float32" }]) => [key, { shape, dtype }]),
  );
  const program = record(specs, body, { state: [] });
  const text = programToJson(program);
  const executable = prepared.get(text) ?? await engine.prepare(program);
  prepared.set(text, executable);
  const inputs: Record<string, DeviceTensor> = {};
  for (const key of Object.keys(program.inputs)) {
    const { data, dtype } = given[key]!;
    const host = dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data);
    inputs[key] = engine.upload(specs[key]!, host);
  }
  const outputs: Record<string, Float64Array> = {};
  for (const [key, tensor] of Object.entries(await executable.run(inputs))) {
    outputs[key] = Float64Array.from(await engine.download(tensor));
    engine.free(tensor);
  }
  for (const tensor of Object.values(inputs)) engine.free(tensor);
  return outputs;
}
