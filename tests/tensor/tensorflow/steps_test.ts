import assert from "node:assert/strict";
import { createMethod, methodParams } from "../../../src/methods/registry.ts";
import { type DeviceTensor, type HostArray, interpret } from "../../../src/tensor/mod.ts";
import { buildStep, type StepProgram } from "../../../src/train/step.ts";
import { hostValues, i32 } from "../kernel_case.ts";
import { openTensorflow, tensorflowTest } from "./installed.ts";

const STEPS = 3;
const COUNT = 24;
const CLASSES = 3;
const SIZE = 8;
const BATCH = 4;

interface WholeStep extends StepProgram {
  /** Inputs that are the same in all steps. */
  readonly constant: Readonly<Record<string, HostArray>>;
}

/** A training step of a real net on few small images. */
async function wholeStep(
  net: string,
  [methodId, params]: readonly [id: string, params: object],
): Promise<WholeStep> {
  const method = await createMethod(methodId, {
    params: methodParams(methodId).parse(params),
    context: { classes: CLASSES, labelledCounts: [12, 8, 4] },
  });
  const step = await buildStep({
    net,
    method,
    images: { count: COUNT, height: SIZE, width: SIZE, channels: 3 },
    classes: CLASSES,
    mean: [0.5, 0.4, 0.3],
    std: [0.2, 0.25, 0.3],
    batch: BATCH,
    unlabelledRatio: 2,
    momentum: 0.9,
    weightDecay: 5e-4,
    ema: 0.999,
    bnMomentum: 0.001,
    weak: "crop|flip",
    strong: "simple",
    seed: 1,
  });
  const pixels = hostValues(i32(COUNT * SIZE * SIZE * 3), { seed: 3, range: [0, 256] });
  const controls = Object.entries(method.controls).map(([name, { initial }]) => [
    `control.${name}`,
    initial,
  ]);
  return {
    ...step,
    constant: {
      images: Uint8Array.from(pixels),
      labels: Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES),
      learning_rate: Float32Array.of(0.03),
      ...Object.fromEntries(controls),
    },
  };
}

function changing(step: number): Record<string, HostArray> {
  const indices = (count: number, stride: number) =>
    Int32Array.from({ length: count }, (_, i) => (step * 5 + i * stride) % COUNT);
  return {
    labelled_indices: indices(BATCH, 1),
    unlabelled_indices: indices(2 * BATCH, 7),
    key: Int32Array.of(11, step),
  };
}

async function trainOnEngine(step: WholeStep): Promise<Record<string, HostArray>> {
  const engine = await openTensorflow();
  const executable = await engine.prepare(step.program);
  const specs = new Map(step.inputs.map(({ name, spec }) => [name, spec]));
  let state: Record<string, DeviceTensor> = Object.fromEntries(
    step.state.map(({ name, spec, initial }) => [name, engine.upload(spec, initial)]),
  );
  const scalars: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const given = Object.entries({ ...step.constant, ...changing(i) })
      .flatMap(([name, data]) =>
        specs.has(name) ? [[name, engine.upload(specs.get(name)!, data)]] : []
      );
    const outputs = await executable.run({ ...state, ...Object.fromEntries(given) });
    const { scalars: values, ...after } = outputs;
    scalars.push(...await engine.download(values!));
    state = after;
  }
  const end: Record<string, HostArray> = { scalars: Float32Array.from(scalars) };
  for (const [name, tensor] of Object.entries(state)) end[name] = await engine.download(tensor);
  engine.close();
  return end;
}

function trainOnHost(step: WholeStep): Record<string, Float64Array> {
  let state: Record<string, ArrayLike<number>> = Object.fromEntries(
    step.state.map(({ name, initial }) => [name, initial]),
  );
  const scalars: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { scalars: values, ...after } = interpret(step.program, {
      ...state,
      ...step.constant,
      ...changing(i),
    });
    scalars.push(...values!);
    state = after;
  }
  return { ...state as Record<string, Float64Array>, scalars: Float64Array.from(scalars) };
}

/** The largest absolute value. */
function largest(values: Float64Array): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

for (
  const [net, method] of [
    // So low that some pseudo-labels of an untrained net count.
    ["wrn-10-1", ["fixmatch", { p_cutoff: 0.38 }]],
    ["wrn-10-1", ["fixmatch+scssl", {}]],
    ["wrn-28-1", ["fixmatch+scssl", {}]],
  ] as const
) {
  tensorflowTest(
    `TensorflowExecutable.run() trains ${net} by ${method[0]} as the interpreter does`,
    async () => {
      const step = await wholeStep(net, method);
      const [ours, oracle] = [await trainOnEngine(step), trainOnHost(step)];
      assert.deepEqual(Object.keys(ours).sort(), Object.keys(oracle).sort());
      for (const [name, expected] of Object.entries(oracle)) {
        const error = largest(expected.map((x, i) => x - ours[name]![i]!));
        assert.ok(error <= 1e-4 * largest(expected), `${name}: off by ${error}`);
      }
    },
  );
}
