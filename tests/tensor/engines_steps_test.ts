import assert from "node:assert/strict";
import { type DeviceTensor, type Engine, type HostArray, interpret } from "../../src/tensor/mod.ts";
import { engineTest } from "./tested_engines.ts";
import { type StepChoice, type WholeStep, wholeStep } from "./whole_step.ts";

const STEPS = 3;
/** Of the largest value of a tensor. */
const TOLERANCE = 1e-4;

async function trainOnEngine(
  engine: Engine,
  step: WholeStep,
): Promise<Record<string, HostArray>> {
  const executable = await engine.prepare(step.program);
  let state: Record<string, DeviceTensor> = Object.fromEntries(
    step.state.map(({ name, spec, initial }) => [name, engine.upload(spec, initial)]),
  );
  const scalars: DeviceTensor[] = [];
  for (let i = 0; i < STEPS; i++) {
    const host = step.inputsOf(i);
    const inputs = Object.fromEntries(
      step.inputs.map(({ name, spec }) => [name, engine.upload(spec, host[name]!)]),
    );
    const { scalars: values, ...after } = await executable.run({ ...state, ...inputs });
    for (const tensor of Object.values(inputs)) engine.free(tensor);
    scalars.push(values!);
    state = after;
  }
  const read = await Promise.all(scalars.map((tensor) => engine.download(tensor)));
  const end: Record<string, HostArray> = {
    scalars: Float32Array.from(read.flatMap((values) => [...values])),
  };
  for (const [name, tensor] of Object.entries(state)) end[name] = await engine.download(tensor);
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
      ...step.inputsOf(i),
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

const choices: readonly StepChoice[] = [
  // So low that some pseudo-labels of an untrained net count.
  { net: "wrn-10-1", method: "fixmatch", params: { p_cutoff: 0.38 }, size: 8, batch: 4 },
  { net: "wrn-10-1", method: "fixmatch+scssl", size: 8, batch: 4 },
  { net: "wrn-28-1", method: "fixmatch+scssl", size: 8, batch: 4 },
  { net: "resnet-14-small-w4", method: "fixmatch", params: { p_cutoff: 0.38 }, size: 8, batch: 4 },
];

for (const choice of choices) {
  let made: Promise<{ step: WholeStep; oracle: Record<string, Float64Array> }> | undefined;
  engineTest(
    `Executable.run() trains ${choice.net} by ${choice.method} as the interpreter does`,
    async (engine) => {
      made ??= wholeStep(choice).then((step) => ({ step, oracle: trainOnHost(step) }));
      const { step, oracle } = await made;
      const ours = await trainOnEngine(engine, step);
      assert.deepEqual(Object.keys(ours).sort(), Object.keys(oracle).sort());
      for (const [name, expected] of Object.entries(oracle)) {
        const error = largest(expected.map((x, i) => x - ours[name]![i]!));
        assert.ok(error <= TOLERANCE * largest(expected), `${name}: off by ${error}`);
      }
    },
  );
}
