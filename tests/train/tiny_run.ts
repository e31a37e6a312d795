import assert from "node:assert/strict";
import { join } from "node:path";
import { epochOf } from "../../src/methods/epoch.ts";
import { train } from "../../src/train/loop.ts";
import type { RunData } from "../../src/train/run_data.ts";
import { stepsPerEpoch, trainParams } from "../../src/train/train_params.ts";
import type { Engine } from "../../src/tensor/engine.ts";
import { filesBelow } from "../stages/fake_context.ts";
import { CountingEngine } from "./counting_engine.ts";

/** Steps of a run of these tests. */
export const STEPS = 6;

/** Images of a uniform brightness that tells the class, with some noise. */
function imageSet(count: number, first: number) {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 8 * 8 * 3 }, (_, i) => {
    const image = Math.floor(i / 192);
    return 40 + 80 * labels[image]! + ((i * 7919 + (first + image) * 104729) % 37);
  });
  return { count, images, labels };
}

export const data: RunData = {
  height: 8,
  width: 8,
  channels: 3,
  classes: 3,
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  fixed_split: false,
  train: imageSet(15, 0),
  labelled_count: 6,
  unlabelled_count: 9,
  labelled_counts: [3, 2, 1],
  unlabelled_counts: [3, 3, 3],
  test: imageSet(7, 100),
  official_test_count: 7,
};

export function parameters(method: string, method_params: Record<string, unknown> = {}) {
  return trainParams.parse({
    method,
    method_params,
    seed: 3,
    steps: STEPS,
    net: "wrn-10-1",
    batch: 2,
    unlabelled_ratio: 1,
    ema: 0.5,
    bn_momentum: 0.1,
    evaluate_every: 2,
    checkpoint_every: 4,
    strong: "simple",
  });
}

/** Runs training in a directory, fresh outputs, kept checkpoints; `abortAt` fires the signal when that step was reported. */
export async function runIn(directory: string, options: {
  readonly params: ReturnType<typeof parameters>;
  readonly onRun?: CountingEngine["onRun"];
  readonly abortAt?: number;
  readonly previous?: string;
  /** Opens the engine; wasm unless given. */
  readonly open?: () => Promise<Engine>;
}) {
  const abort = new AbortController();
  const out = (name: string) => join(directory, "out", name);
  await Deno.remove(join(directory, "out"), { recursive: true }).catch(() => {});
  for (const name of ["evaluations", "logits", "checkpoints"]) {
    await Deno.mkdir(out(name), { recursive: true });
  }
  await Deno.mkdir(join(directory, "kept"), { recursive: true });
  const lines: string[] = [];
  const engine = await CountingEngine.open(options.open);
  if (options.onRun) engine.onRun = options.onRun;
  await train({
    engine,
    params: options.params,
    data,
    ...(options.previous === undefined ? {} : { previous: options.previous }),
    checkpoints: join(directory, "kept"),
    outputs: {
      evaluations: out("evaluations"),
      logits: out("logits"),
      checkpoints: out("checkpoints"),
    },
    signal: abort.signal,
    progress: ({ done }) => {
      if (done === options.abortAt) abort.abort(new Error("interrupted by the test"));
    },
    log: (line) => lines.push(line),
  }).finally(() => {
    if (!options.onRun) assert.equal(engine.alive, 0, "every tensor was freed");
    engine.close();
  });
  return { files: await filesBelow(join(directory, "out")), lines };
}

/** Epoch that a step is in. */
function epochAt(step: number): number {
  return epochOf({ step, epochSteps: stepsPerEpoch(STEPS) });
}

/** What a part needs to be past its warm-up before the run's middle. */
const PARTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  fixmatch: { p_cutoff: 0.4 },
  darp: { warm_up_epochs: epochAt(1), refine_every: 2 },
  crest: { crest_alpha: 1e6 }, // picks nearly all
  cdmad: { debias_from_epoch: epochAt(2) },
  daso: { pretrain_epochs: epochAt(2), queue_length: 3 },
  acr: { estimation_epochs: epochAt(1) },
  simpro: { simpro_cutoff: 0.4 },
  adello: { distill_from_epoch: epochAt(2) },
  scssl: { estimation_epochs: epochAt(2) },
};

/** Parameters of a run of any method, interrupted in the middle of its own state. */
export function tinyParameters(
  method: string,
  changes: Record<string, unknown> = {},
): ReturnType<typeof parameters> {
  const own = method.split("+").map((part) => PARTS[part] ?? {});
  return parameters(method, Object.assign({}, ...own, changes));
}
