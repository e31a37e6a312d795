/**
 * A process that trains on one engine, step by step as it is asked to (`participant.ts`), or runs a program of 160 state tensors and no
 * work. Argument: a `StepWorkerOptions` as JSON.
 */
import { join } from "node:path";
import { currentUsage } from "../src/dag/usage.ts";
import { defaultPlaces, type Places } from "../src/engines/mod.ts";
import { UserError } from "../src/errors.ts";
import { openTrial, type TrialOptions } from "../src/sweep/trial_training.ts";
import type { DeviceTensor, Engine } from "../src/tensor/engine.ts";
import { openEngine } from "../src/tensor/engines/select.ts";
import type { TensorSpec } from "../src/tensor/program.ts";
import { record } from "../src/tensor/recorder.ts";
import type { Greeting, Turn } from "./participant.ts";
import { TextLineStream } from "./text_lines.ts";

export interface StepWorkerOptions {
  /** As `openEngine` takes it: `xla:cuda`. */
  readonly engine: string;
  readonly threads: number;
  /** Absent: no net, 160 state tensors that nothing is done to. */
  readonly trial?: TrialOptions;
}

/** Something that steps. */
interface Stepper {
  readonly greeting: Greeting;
  /** The loss, where there is one. */
  step(): Promise<number | undefined>;
}

const STATES = 160;

/** The program that does nothing. */
async function openOverhead(engine: Engine): Promise<Stepper> {
  const spec: TensorSpec = { shape: [16], dtype: "float32" };
  const names = Array.from({ length: STATES }, (_, i) => `state${i}`);
  const specs = Object.fromEntries(names.map((name) => [name, spec]));
  const started = performance.now();
  const program = record(specs, (tensors) => ({ ...tensors }), { state: names });
  const recorded = performance.now();
  const executable = await engine.prepare(program);
  const ready = performance.now();
  let state: Record<string, DeviceTensor> = Object.fromEntries(
    names.map((name) => [name, engine.upload(spec, new Float32Array(16))]),
  );
  return {
    greeting: { recordMilliseconds: recorded - started, readyMilliseconds: ready - recorded },
    async step() {
      state = await executable.run(state);
      return undefined;
    },
  };
}

async function openTraining(engine: Engine, options: TrialOptions): Promise<Stepper> {
  const trial = await openTrial(engine, options);
  const { recordMilliseconds, readyMilliseconds } = trial;
  const cachedMilliseconds = engine.name === "xla" ? await trial.prepareAgain() : undefined;
  return {
    greeting: {
      recordMilliseconds,
      readyMilliseconds,
      ...(cachedMilliseconds === undefined ? {} : { cachedMilliseconds }),
    },
    step: async () => (await trial.step()).loss,
  };
}

/** The places where engines lie, with a cache of executables of its own below `folder`: what XLA compiles is compiled anew. */
function withoutExecutables(folder: string): Places {
  const places = defaultPlaces();
  const root = join(folder, "engines");
  Deno.symlinkSync(places.root, root);
  return { ...places, root };
}

async function serve({ engine: name, threads, trial }: StepWorkerOptions): Promise<void> {
  const say = (answer: Greeting | Turn) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
  const folder = Deno.makeTempDirSync({ prefix: "retable-bench-" });
  try {
    const places = name.startsWith("xla") ? withoutExecutables(folder) : defaultPlaces();
    const engine = await openEngine(name, { threads, places });
    const stepper = trial ? await openTraining(engine, trial) : await openOverhead(engine);
    say(stepper.greeting);
    const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const { steps } = JSON.parse(line) as { steps: number };
      const [before, start] = [currentUsage(), performance.now()];
      let loss: number | undefined;
      for (let step = 0; step < steps; step++) loss = await stepper.step();
      const milliseconds = performance.now() - start;
      const { cpuSeconds, peakBytes } = currentUsage();
      say({
        milliseconds,
        cpuSeconds: cpuSeconds - before.cpuSeconds,
        peakBytes,
        ...(loss === undefined ? {} : { loss }),
      });
    }
    engine.close();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say({ absent: error.message });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0]!));
