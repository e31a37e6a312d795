/**
 * Images a second of the train-time path of a FixMatch step, 64 labelled images and 128 unlabelled ones in a weak and a strong view
 * (32×32, `crop|flip` and `crop|flip|randaugment`, normalised): on each engine, and by Pillow as USB's data loader does it.
 * The share of a step of WRN-28-2 too. Each row in a process of its own. `deno task bench augment [--json]`.
 *
 * For Pillow, `PYTHON` names a Python that has Pillow and NumPy (default python3); without them that row is left out.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type * as tf from "@tensorflow/tfjs";
import { augment, normalise } from "../src/augment/mod.ts";
import { UserError } from "../src/errors.ts";
import type { Engine, HostArray } from "../src/tensor/engine.ts";
import { openEngine } from "../src/tensor/engines/select.ts";
import { gatherImages } from "../src/tensor/ops.ts";
import type { Program } from "../src/tensor/program.ts";
import { record } from "../src/tensor/recorder.ts";
import { timeStep } from "../src/sweep/time_step.ts";

interface Row {
  readonly engine: string;
  readonly threads: number;
  readonly images_per_s: number;
  /** Against Pillow on as many cores. */
  readonly times_pillow?: number;
  /** Of a training step of WRN-28-2 on that engine and as many threads. */
  readonly share_of_step?: number;
}

/** What a process measured. */
interface Measured {
  readonly ms: number;
  readonly step_ms: number;
}

const COUNT = 512;
const SIZE = 32;
const LABELLED = 64;
const UNLABELLED = 128;
const VIEWS = LABELLED + 2 * UNLABELLED;
const RUNS = 30;

const NORM = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

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

/** Median of the milliseconds of a step's views. */
async function timeViews(engine: Engine): Promise<number> {
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
  const times: number[] = [];
  for (let step = 0; step < RUNS + 3; step++) {
    const key = upload("key", Int32Array.of(0, step));
    const start = performance.now();
    const outputs = await executable.run({ ...given, key });
    await engine.download(outputs.done!);
    if (step >= 3) times.push(performance.now() - start);
    for (const tensor of [key, ...Object.values(outputs)]) engine.free(tensor);
  }
  executable.dispose();
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

/** Undefined where the engine is not installed. */
async function measure(name: string, threads: number): Promise<Measured | undefined> {
  const open = () => openEngine(name, { threads });
  let engine: Engine;
  try {
    engine = await open();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  const ms = await timeViews(engine);
  engine.close();
  const step = { net: "wrn-28-2", batch: LABELLED, steps: 1, method: "fixmatch" };
  const { milliseconds } = await timeStep({ ...step, strong: "randaugment", open });
  return { ms, step_ms: milliseconds };
}

async function inOwnProcess(name: string, threads: number): Promise<Measured | undefined> {
  const rights = ["read", "write", "run", "env", "sys", "ffi"].map((right) => `--allow-${right}`);
  const { stdout, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...rights, import.meta.url, name, `${threads}`],
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`the measurement of ${name} ended with ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout)) ?? undefined;
}

/** Images a second by Pillow with that many processes; undefined without Python or Pillow. */
async function pillow(processes: number): Promise<number | undefined> {
  const script = fileURLToPath(new URL("augment_pillow.py", import.meta.url));
  try {
    const { stdout, code } = await new Deno.Command(Deno.env.get("PYTHON") ?? "python3", {
      args: [script, `${processes}`],
      stderr: "null",
    }).output();
    if (code !== 0) return undefined;
    return (JSON.parse(new TextDecoder().decode(stdout)) as { images_per_s: number }).images_per_s;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function rows(): Promise<Row[]> {
  const found: Row[] = [];
  for (const threads of new Set([1, availableParallelism()])) {
    const reference = await pillow(threads);
    if (reference !== undefined) {
      found.push({ engine: "pillow", threads, images_per_s: Math.round(reference) });
    }
    for (const engine of ["wasm", "tensorflow", "xla"]) {
      const measured = await inOwnProcess(engine, threads);
      if (!measured) continue; // not installed
      const perSecond = 1000 * VIEWS / measured.ms;
      found.push({
        engine,
        threads,
        images_per_s: Math.round(perSecond),
        ...(reference === undefined
          ? {}
          : { times_pillow: Math.round(10 * perSecond / reference) / 10 }),
        share_of_step: Math.round(1e4 * measured.ms / measured.step_ms) / 1e4,
      });
    }
  }
  return found;
}

if (import.meta.main) {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  const [engine, threads] = Deno.args.filter((argument) => !argument.startsWith("--"));
  if (engine !== undefined) {
    write(JSON.stringify(await measure(engine, Number(threads)) ?? null));
  } else {
    const all = await rows();
    if (Deno.args.includes("--json")) write(JSON.stringify(all));
    else {
      for (const row of all) {
        const { times_pillow: times, share_of_step: share } = row;
        write(
          `${row.engine.padEnd(10)} ${row.threads} thread(s) ${
            `${row.images_per_s}`.padStart(8)
          } images/s` +
            (times === undefined ? "" : `  ${times} × Pillow`) +
            (share === undefined ? "" : `  ${(100 * share).toFixed(2)} % of a step`),
        );
      }
    }
  }
}
