/**
 * A process of bench/augment.ts: the train-time views of FixMatch steps on one engine. Arguments: engine, threads. Says on standard
 * output, one JSON object a line, what is used; then, for each line that it reads: after `views`, how many images it made in how
 * many seconds; after `step`, the milliseconds of a whole training step of WRN-28-2. Nothing computes in between.
 */
import { createInterface } from "node:readline";
import process from "node:process";
import type * as tf from "@tensorflow/tfjs";
import { augment, normalise } from "../src/augment/mod.ts";
import { UserError } from "../src/errors.ts";
import { timeStep } from "../src/sweep/time_step.ts";
import type { Engine, HostArray } from "../src/tensor/engine.ts";
import { openEngine } from "../src/tensor/engines/select.ts";
import { gatherImages } from "../src/tensor/ops.ts";
import type { Program } from "../src/tensor/program.ts";
import { record } from "../src/tensor/recorder.ts";

const COUNT = 512;
const SIZE = 32;
const LABELLED = 64;
const UNLABELLED = 128;
const VIEWS = LABELLED + 2 * UNLABELLED;
/** Steps go on for as long, so that a round means something. */
const ROUND_MILLISECONDS = 1000;

const NORM = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Crop and flip; RandAugment(3, 5) and the cut-out for the strong views; normalised. */
function viewsOfStep(): Program {
  return record(
    {
      images: { shape: [COUNT, SIZE, SIZE, 3], dtype: "int32", storage: "uint8" },
      labelled: { shape: [LABELLED], dtype: "int32" },
      unlabelled: { shape: [UNLABELLED], dtype: "int32" },
      key: { shape: [2], dtype: "int32" },
    },
    ({ images, labelled, unlabelled, key }) => {
      const view = (indices: tf.Tensor, kind: "labelled" | "weak" | "strong") => {
        const pipeline = kind === "strong" ? "crop|flip|randaugment" : "crop|flip";
        const options = { pipeline, view: kind, key: key as tf.Tensor1D };
        return normalise(augment(gatherImages(images!, indices), options), NORM);
      };
      const views = {
        labelled: view(labelled!, "labelled"),
        weak: view(unlabelled!, "weak"),
        strong: view(unlabelled!, "strong"),
      };
      // Something small to wait for.
      return { ...views, done: views.strong.slice([0, 0, 0, 0], [1, 1, 1, 3]) };
    },
    { state: [] },
  );
}

/** A round of steps' views: images and seconds. */
type Round = () => Promise<{ images: number; seconds: number }>;

async function prepareViews(engine: Engine): Promise<Round> {
  const program = viewsOfStep();
  const executable = await engine.prepare(program);
  const upload = (name: string, data: HostArray) =>
    engine.upload(program.values[program.inputs[name]!]!, data);
  const images = Uint8Array.from(
    { length: COUNT * SIZE * SIZE * 3 },
    (_, i) => 128 + 100 * Math.sin(i / 97) + ((i * 2_654_435_761) >>> 28),
  );
  const given = {
    images: upload("images", images),
    labelled: upload("labelled", Int32Array.from({ length: LABELLED }, (_, i) => i)),
    unlabelled: upload("unlabelled", Int32Array.from({ length: UNLABELLED }, (_, i) => 3 * i)),
  };
  let step = 0;
  return async () => {
    const start = performance.now();
    const first = step;
    do {
      const key = upload("key", Int32Array.of(0, step++));
      const outputs = await executable.run({ ...given, key });
      await engine.download(outputs.done!);
      for (const tensor of [key, ...Object.values(outputs)]) engine.free(tensor);
    } while (performance.now() - start < ROUND_MILLISECONDS);
    return { images: VIEWS * (step - first), seconds: (performance.now() - start) / 1000 };
  };
}

function say(message: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
}

if (import.meta.main) {
  const [name = "", threads] = Deno.args;
  const open = () => openEngine(name, { threads: Number(threads) });
  try {
    const engine = await open();
    const round = await prepareViews(engine);
    await round();
    say({ device: name.split(":")[1] ?? "cpu" });
    let question: string | undefined;
    for await (question of createInterface({ input: process.stdin })) {
      if (question !== "views") break;
      say(await round());
    }
    engine.close();
    if (question === "step") {
      const step = { net: "wrn-28-2", batch: LABELLED, method: "fixmatch" };
      const steps = name === "wasm" ? 1 : 3;
      const { milliseconds } = await timeStep({ ...step, steps, strong: "randaugment", open });
      say({ milliseconds });
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say({ missing: error.message });
  }
}
