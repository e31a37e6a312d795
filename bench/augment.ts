/**
 * Images a second of the train-time path of a FixMatch step, 64 labelled images and 128 unlabelled ones in a weak and a strong view
 * (32×32, `crop|flip` and `crop|flip|randaugment`, normalised): on each engine that is installed, and by torchvision and PIL in data
 * loaders as USB makes them, on as many cores. Each in a process of its own that waits for its turn: round after round, one after
 * the other, so that what else the machine does hits all of them. `deno task bench augment [--json]`.
 *
 * `PYTHON` or `--python` names a Python that has torchvision (default python3); `--threads` the number of cores (default all);
 * `--rounds` how often each has its turn (default 7); `--no-step` leaves out the training steps.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { hasGpu } from "../src/engines/mod.ts";

interface Row {
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  /** Median of the rounds. */
  readonly images_per_second: number | null;
  /** To torchvision's: median over the rounds of the two figures of one round. */
  readonly ratio: number | null;
  /** The views' part of a training step of WRN-28-2 with 64 + 128 + 128 images, on that engine and as many threads. */
  readonly step_share: number | null;
  readonly rounds: number;
  /** Why there are no figures. */
  readonly not_run?: string;
}

const IMAGES_OF_STEP = 320;
const PEER = "torchvision";

/** A process that answers lines with JSON objects. */
class Contender {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly speeds: number[] = [];

  constructor(readonly name: string, [command, ...args]: readonly string[]) {
    this.#child = new Deno.Command(command!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
  }

  /** The next object that the process writes. */
  async next<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the measurement of ${this.name} ended before its answer`);
    return JSON.parse(value) as T;
  }

  async ask<T>(question: string): Promise<T> {
    await this.#input.write(new TextEncoder().encode(`${question}\n`));
    return await this.next<T>();
  }

  /** Images a second of one round. */
  async round(): Promise<void> {
    const { images, seconds } = await this.ask<{ images: number; seconds: number }>("views");
    this.speeds.push(images / seconds);
  }

  async end(): Promise<void> {
    await this.#input.close().catch(() => {}); // ended already
    await this.#child.status;
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

interface Missing {
  readonly name: string;
  readonly reason: string;
}

/** Starts a contender; what is missing if it cannot compute. */
async function start(name: string, command: readonly string[]): Promise<Contender | Missing> {
  let contender: Contender;
  try {
    contender = new Contender(name, command);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { name, reason: `not installed: there is no ${command[0]}` };
  }
  const { missing } = await contender.next<{ missing?: string }>();
  if (missing === undefined) return contender;
  await contender.end();
  return { name, reason: `not installed: ${missing}` };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function rowOf(
  contender: Contender,
  { peer, threads, stepMilliseconds }: {
    readonly peer: Contender | undefined;
    readonly threads: number;
    readonly stepMilliseconds: number | undefined;
  },
): Row {
  const { speeds } = contender;
  const perSecond = median(speeds);
  const ratio = peer && median(speeds.map((speed, i) => speed / peer.speeds[i]!));
  const [engine = "", device = "cpu"] = contender.name.split(":");
  return {
    engine,
    device,
    threads,
    images_per_second: Math.round(perSecond),
    ratio: ratio === undefined ? null : rounded(ratio, 2),
    step_share: stepMilliseconds === undefined
      ? null
      : rounded(1000 * IMAGES_OF_STEP / perSecond / stepMilliseconds, 4),
    rounds: speeds.length,
  };
}

function missingRow({ name, reason }: Missing, threads: number): Row {
  const [engine = "", device = "cpu"] = name.split(":");
  const figures = { images_per_second: null, ratio: null, step_share: null, rounds: 0 };
  return { engine, device, threads, ...figures, not_run: reason };
}

async function measure(
  { python, threads, rounds, steps }: {
    readonly python: string;
    readonly threads: number;
    readonly rounds: number;
    readonly steps: boolean;
  },
): Promise<Row[]> {
  const script = fileURLToPath(new URL("augment_torchvision.py", import.meta.url));
  const views = new URL("augment_views.ts", import.meta.url).href;
  const rights = ["read", "write", "run", "env", "sys", "ffi"].map((right) => `--allow-${right}`);
  const engines = ["wasm", "tensorflow", "xla:cpu", ...(hasGpu() ? ["xla:cuda"] : [])];
  const found = [await start(PEER, [python, script, `${threads}`])];
  for (const engine of engines) {
    const args = ["run", "--no-prompt", "--quiet", ...rights, views, engine, `${threads}`];
    found.push(await start(engine, [Deno.execPath(), ...args]));
  }
  const contenders = found.filter((one) => one instanceof Contender);
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) await contender.round();
  }
  const peer = contenders.find(({ name }) => name === PEER);
  const rows: Row[] = [];
  for (const one of found) {
    if (!(one instanceof Contender)) {
      rows.push(missingRow(one, threads));
      continue;
    }
    const step = one === peer || !steps
      ? undefined
      : await one.ask<{ milliseconds: number }>("step");
    await one.end();
    rows.push(rowOf(one, { peer, threads, stepMilliseconds: step?.milliseconds }));
  }
  if (!hasGpu()) rows.push(missingRow({ name: "xla:cuda", reason: "no GPU" }, threads));
  return rows;
}

function lineOf(row: Row): string {
  const name = `${row.engine}, ${row.device}`.padEnd(18);
  if (row.images_per_second === null) return `${name} not run: ${row.not_run}`;
  const parts = [
    `${row.threads} thread${row.threads === 1 ? "" : "s"}`,
    `${row.images_per_second}`.padStart(8) + " images/s",
    ...(row.ratio === null ? [] : [`${row.ratio} × ${PEER}`]),
    ...(row.step_share === null ? [] : [`${(100 * row.step_share).toFixed(2)} % of a step`]),
  ];
  return name + parts.join("  ");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      python: { type: "string", default: Deno.env.get("PYTHON") ?? "python3" },
      threads: { type: "string", default: `${availableParallelism()}` },
      rounds: { type: "string", default: "7" },
      "no-step": { type: "boolean", default: false },
    },
  });
  const rows = await measure({
    python: values.python,
    threads: Number(values.threads),
    rounds: Number(values.rounds),
    steps: !values["no-step"],
  });
  const text = values.json ? JSON.stringify(rows) : rows.map(lineOf).join("\n");
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
