import { createMethod, methodParams } from "../methods/registry.ts";
import { netFeatures } from "../nets/registry.ts";
import { openEngine } from "../tensor/engines/select.ts";
import type { Engine, HostArray } from "../tensor/engine.ts";
import { elementCount } from "../tensor/program.ts";
import { buildStep } from "../train/step.ts";

/** A measured training step. */
export interface StepTime {
  readonly net: string;
  /** Images of a joint forward. */
  readonly batch: number;
  /** Median of the timed steps. */
  readonly milliseconds: number;
  readonly recordMilliseconds: number;
  /** Milliseconds of recording and of making the program ready to run. */
  readonly prepareMilliseconds: number;
  /** Of the first step, which is not among the timed ones: some engines finish their work then. */
  readonly firstMilliseconds: number;
  readonly loss: number;
}

/**
 * Trains a few steps of FixMatch on made-up images and takes the time.
 *
 * @throws {Error} if the engine does not work or the loss is not finite
 */
export async function timeStep(options: {
  readonly net?: string;
  readonly batch?: number;
  readonly steps?: number;
  readonly method?: string;
  /** Pipeline of the strong view. */
  readonly strong?: string;
  /** Opens the engine that is measured, and closed afterwards; default: wasm on one thread. */
  readonly open?: () => Promise<Engine>;
} = {}): Promise<StepTime> {
  const { net = "wrn-10-1", batch = 32, steps = 3, method: id = "fixmatch" } = options;
  const { strong = "simple", open = () => openEngine("wasm", { threads: 1 }) } = options;
  const classes = 10;
  const count = 256;
  const size = 32;
  const labelledCounts = new Array<number>(classes).fill(batch);
  const method = await createMethod(id, {
    params: methodParams(id).parse({}),
    context: {
      classes,
      labelledCounts,
      sizes: { features: netFeatures(net), unlabelledBatch: 2 * batch },
    },
  });
  const started = performance.now();
  const step = await buildStep({
    net,
    method,
    images: { count, height: size, width: size, channels: 3 },
    classes,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    batch,
    unlabelledRatio: 2,
    momentum: 0.9,
    weightDecay: 5e-4,
    ema: 0.999,
    bnMomentum: 0.001,
    weak: "crop|flip",
    strong,
    seed: 0,
  });
  const recordMilliseconds = performance.now() - started;
  const engine = await open();
  const opened = performance.now();
  const executable = await engine.prepare(step.program);
  const prepareMilliseconds = recordMilliseconds + performance.now() - opened;
  const hosts: Record<string, HostArray> = {
    images: Uint8Array.from(
      { length: count * size * size * 3 },
      (_, i) => (i * 2_654_435_761) >>> 24,
    ),
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
    labelled_indices: Int32Array.from({ length: batch }, (_, i) => i % count),
    unlabelled_indices: Int32Array.from({ length: 2 * batch }, (_, i) => (i * 7) % count),
    learning_rate: Float32Array.of(0.03),
    key: Int32Array.of(0, 0),
  };
  for (const [name, { initial }] of Object.entries(method.controls)) {
    hosts[`control.${name}`] = initial;
  }
  const inputs = Object.fromEntries(
    step.inputs.map(({ name, spec }) => {
      // A method's step inputs are switches and draws: any value does for a time.
      const host = hosts[name] ?? new Float32Array(elementCount(spec.shape)).fill(1);
      return [name, engine.upload(spec, host)];
    }),
  );
  let state = Object.fromEntries(
    step.state.map(({ name, spec, initial }) => [name, engine.upload(spec, initial)]),
  );
  const times: number[] = [];
  let loss = NaN;
  for (let i = 0; i <= steps; i++) {
    const start = performance.now();
    const outputs = await executable.run({ ...state, ...inputs });
    loss = Number((await engine.download(outputs.scalars!))[0]);
    state = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      if (name === "scalars" || name.startsWith("observed.")) engine.free(tensor);
      else state[name] = tensor;
    }
    times.push(performance.now() - start);
  }
  const [firstMilliseconds = NaN, ...rest] = times;
  engine.close();
  if (!Number.isFinite(loss)) throw new Error(`the loss of a training step is ${loss}`);
  const milliseconds = rest.toSorted((a, b) => a - b)[rest.length >> 1]!;
  return {
    net,
    batch: (method.usesUnlabelled ? 5 : 1) * batch,
    milliseconds,
    recordMilliseconds,
    prepareMilliseconds,
    firstMilliseconds,
    loss,
  };
}
