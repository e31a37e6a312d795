import type { Method } from "../methods/method.ts";
import type { DeviceTensor, Engine, HostArray } from "../tensor/engine.ts";
import { elementCount } from "../tensor/program.ts";
import { recordStep } from "../train/record_step.ts";
import { trainParams } from "../train/train_params.ts";

/** What is trained. */
export interface TrialOptions {
  /** Default `wrn-10-1`. */
  readonly net?: string;
  /** B, labelled images a step; twice as many unlabelled ones. Default 32. */
  readonly batch?: number;
  /** Default `fixmatch`. */
  readonly method?: string;
  /** Pipeline of the strong view. Default `simple`. */
  readonly strong?: string;
}

/** A training of made-up images, one step at a time. */
export interface Trial {
  readonly net: string;
  readonly method: Method;
  /** Images of a joint forward. */
  readonly batch: number;
  /** Milliseconds of recording the program. */
  readonly recordMilliseconds: number;
  /** Milliseconds until the engine had made the program ready to run. */
  readonly readyMilliseconds: number;
  /** Trains a step: its time, until its loss is on the host. */
  step(): Promise<{ readonly milliseconds: number; readonly loss: number }>;
  /** Makes the program ready once more and drops it: milliseconds where the engine remembers it, if it does. */
  prepareAgain(): Promise<number>;
  /** Frees what it holds of the engine, which stays open. */
  end(): void;
}

const CLASSES = 10;
const COUNT = 256;
const SIZE = 32;

/** Records a training step and makes it ready on an engine. The views, the averages and the statistics are part of the step. */
export async function openTrial(engine: Engine, options: TrialOptions = {}): Promise<Trial> {
  const { net = "wrn-10-1", batch = 32, method: id = "fixmatch", strong = "simple" } = options;
  const started = performance.now();
  const { method, step: { program, ...recorded } } = await recordStep(
    {
      height: SIZE,
      width: SIZE,
      channels: 3,
      classes: CLASSES,
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
      train: { count: COUNT },
      labelled_count: COUNT,
      unlabelled_count: COUNT,
      labelled_counts: new Array<number>(CLASSES).fill(batch),
    },
    // Else the paper's.
    trainParams.parse({ method: id, seed: 0, net, batch, strong }),
  );
  const recordMilliseconds = performance.now() - started;
  const executable = await engine.prepare(program);
  const readyMilliseconds = performance.now() - started - recordMilliseconds;
  const hosts: Record<string, HostArray> = {
    images: Uint8Array.from(
      { length: COUNT * SIZE * SIZE * 3 },
      (_, i) => (i * 2_654_435_761) >>> 24,
    ),
    labels: Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES),
    labelled_indices: Int32Array.from({ length: batch }, (_, i) => i % COUNT),
    unlabelled_indices: Int32Array.from({ length: 2 * batch }, (_, i) => (i * 7) % COUNT),
    learning_rate: Float32Array.of(0.03),
  };
  for (const [name, { initial }] of Object.entries(method.controls)) {
    hosts[`control.${name}`] = initial;
  }
  const key = recorded.inputs.find(({ name }) => name === "key")!.spec;
  const inputs = Object.fromEntries(
    recorded.inputs.filter(({ name }) => name !== "key").map(({ name, spec }) => {
      // A method's step inputs are switches and draws: any value does for a time.
      const host = hosts[name] ?? new Float32Array(elementCount(spec.shape)).fill(1);
      return [name, engine.upload(spec, host)];
    }),
  );
  let state: Record<string, DeviceTensor> = Object.fromEntries(
    recorded.state.map(({ name, spec, initial }) => [name, engine.upload(spec, initial)]),
  );
  let steps = 0;

  async function step() {
    const start = performance.now();
    const draw = engine.upload(key, Int32Array.of(0, steps++));
    const outputs = await executable.run({ ...state, ...inputs, key: draw });
    const loss = Number((await engine.download(outputs.scalars!))[0]);
    state = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      if (name === "scalars" || name.startsWith("observed.")) engine.free(tensor);
      else state[name] = tensor;
    }
    engine.free(draw);
    return { milliseconds: performance.now() - start, loss };
  }

  return {
    net,
    method,
    batch: (method.usesUnlabelled ? 5 : 1) * batch,
    recordMilliseconds,
    readyMilliseconds,
    step,
    async prepareAgain() {
      const start = performance.now();
      const again = await engine.prepare(program);
      const milliseconds = performance.now() - start;
      again.dispose();
      return milliseconds;
    },
    end() {
      for (const tensor of [...Object.values(inputs), ...Object.values(state)]) engine.free(tensor);
      executable.dispose();
    },
  };
}
