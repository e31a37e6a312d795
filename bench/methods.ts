/**
 * Time of a training step of every method with unlabelled images, relative to FixMatch, on one engine (the fastest that is installed, unless
 * `--engine` names one). Steps of a method and of FixMatch alternate, and each turn is compared with FixMatch's turns before and after it,
 * so that what else the machine does weighs on both. What a method does between epochs is not in it. `deno task bench methods [--json]`.
 *
 * WRN-28-2 with 32 + 64 + 64 images: half of the paper's batch, so that what a method adds weighs more, if anything.
 */
import { availableParallelism } from "node:os";
import { currentUsage } from "../src/dag/usage.ts";
import { chooseEngine } from "../src/engines/mod.ts";
import type { Method } from "../src/methods/method.ts";
import { methodIds, methodUsesUnlabelled } from "../src/methods/registry.ts";
import { openTrial, type Trial, type TrialOptions } from "../src/sweep/trial_training.ts";
import type { Engine } from "../src/tensor/engine.ts";
import { ENGINES, openEngine } from "../src/tensor/engines/select.ts";
import { listed, runBenchmark, type Values, wholeNumber, writeLine } from "./benchmark.ts";
import { median } from "./interleave.ts";
import { figures, tableLines } from "./table.ts";

export interface MethodRow {
  readonly engine: string;
  readonly net: string;
  /** Images of a joint forward. */
  readonly batch: number;
  readonly threads: number;
  readonly method: string;
  /** Of a step: median of the turns. */
  readonly ms: number;
  /** Over FixMatch's turns before and after: median, least and most of the turns. */
  readonly relative: number;
  readonly range: readonly [number, number];
  /** The same of the processor time, which other programs disturb less. */
  readonly cpu_relative: number;
  readonly turns: number;
  /** What its mathematics passes through the network beside the joint batch. */
  readonly more_forwards: string | null;
}

const FORWARDS = {
  averagedFeatures: "labelled images through the averaged network",
  blank: "a blank image",
  branches: "strong views through two more BatchNorms at the end",
} as const;

function moreForwards({ needs = {} }: Method): string | null {
  const named = Object.entries(FORWARDS).filter(([need]) => needs[need as keyof typeof FORWARDS]);
  return named.length > 0 ? named.map(([, text]) => text).join("; ") : null;
}

/** A turn takes at least about so long. */
const TURN_MILLISECONDS = 500;

/** Of a step, the mean of a turn. */
interface Cost {
  readonly milliseconds: number;
  readonly cpuSeconds: number;
}

async function turn(trial: Trial, steps: number): Promise<Cost> {
  let sum = 0;
  const before = currentUsage().cpuSeconds;
  for (let step = 0; step < steps; step++) {
    const { milliseconds, loss } = await trial.step();
    if (!Number.isFinite(loss)) {
      throw new Error(`the loss of a step of ${trial.method.id} is ${loss}`);
    }
    sum += milliseconds;
  }
  const cpuSeconds = (currentUsage().cpuSeconds - before) / steps;
  return { milliseconds: sum / steps, cpuSeconds };
}

/** A row for each method as soon as it is measured. */
async function* measure(
  engine: Engine,
  { methods, rounds, threads, ...options }: TrialOptions & {
    readonly methods: readonly string[];
    readonly rounds: number;
    readonly threads: number;
  },
): AsyncGenerator<MethodRow> {
  const base = await openTrial(engine, { ...options, method: "fixmatch" });
  await turn(base, 1);
  const steps = Math.max(1, Math.round(TURN_MILLISECONDS / (await turn(base, 1)).milliseconds));
  for (const method of methods) {
    const own = await openTrial(engine, { ...options, method });
    await turn(own, 2);
    const times: number[] = [];
    const relatives: number[] = [];
    const ofProcessor: number[] = [];
    let before = await turn(base, steps);
    for (let round = 0; round < rounds; round++) {
      const time = await turn(own, steps);
      const after = await turn(base, steps);
      const over = (of: (cost: Cost) => number) => 2 * of(time) / (of(before) + of(after));
      times.push(time.milliseconds);
      relatives.push(over(({ milliseconds }) => milliseconds));
      ofProcessor.push(over(({ cpuSeconds }) => cpuSeconds));
      before = after;
    }
    own.end();
    const round = (value: number) => Math.round(value * 1000) / 1000;
    yield {
      engine: engine.name,
      net: own.net,
      batch: own.batch,
      threads,
      method,
      ms: round(median(times)),
      relative: round(median(relatives)),
      range: [round(Math.min(...relatives)), round(Math.max(...relatives))],
      cpu_relative: round(median(ofProcessor)),
      turns: rounds,
      more_forwards: moreForwards(own.method),
    };
  }
  base.end();
}

const OPTIONS = ["engine", "net", "method", "batch", "strong", "rounds", "threads"] as const;

async function run(values: Values<typeof OPTIONS[number]>): Promise<void> {
  const known = methodIds().filter(methodUsesUnlabelled);
  const [name = "wasm"] = values.engine === undefined
    ? [chooseEngine().candidates[0].engine]
    : listed(values.engine, { name: "engine", known: ENGINES });
  const nets = ["wrn-28-2", "wrn-10-1"];
  // With the engine that everyone has, the large net would take most of an hour.
  const [net = nets[0]] = values.net === undefined && name === "wasm"
    ? ["wrn-10-1"]
    : listed(values.net, { name: "net", known: nets });
  const threads = wholeNumber(values.threads, {
    name: "threads",
    fallback: availableParallelism(),
  });
  const options = {
    net: net!,
    batch: wholeNumber(values.batch, { name: "batch", fallback: 32 }),
    strong: values.strong ?? "randaugment",
    methods: listed(values.method, { name: "method", known }),
    rounds: wholeNumber(values.rounds, { name: "rounds", fallback: 7 }),
    threads,
  };
  const engine = await openEngine(name, { threads });
  const rows = await Array.fromAsync(measure(engine, options));
  engine.close();
  if (values.json) return writeLine(JSON.stringify(rows));
  writeLine(
    `${options.net}, ${
      5 * options.batch
    } images, ${options.strong}; ${name}, ${threads} threads, ${options.rounds} rounds`,
  );
  const head = ["method", "ms", "× FixMatch", "least–most", "CPU ×"];
  const lines = tableLines(
    head,
    rows.map(({ method, ms, relative, range, cpu_relative: cpu }) => [
      ...[method, figures(ms), relative.toFixed(3)],
      range.map((value) => value.toFixed(2)).join("–"),
      cpu.toFixed(3),
    ]),
  );
  for (const [index, line] of lines.entries()) {
    const more = rows[index - 1]?.more_forwards;
    writeLine(more ? `${line}  ${more}` : line);
  }
}

if (import.meta.main) await runBenchmark(OPTIONS, run);
