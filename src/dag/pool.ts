/** Worker processes that take many jobs each, replaced when they die or have grown large. */
import {
  type FromWorker,
  type Job,
  parseMessage,
  readLines,
  type Result,
  type ToWorker,
  type Usage,
} from "./protocol.ts";
import type { Progress } from "./stage.ts";

/** How a job ended, or that its worker died. */
export type Outcome = Result | {
  readonly type: "crashed";
  readonly id: number;
  readonly message: string;
};

export interface PoolOptions {
  /** The frozen copy. */
  readonly copy: string;
  /** A worker above this size is replaced after its job. */
  readonly recycleBytes: number;
  readonly onProgress: (id: number, progress: Progress) => void;
  readonly onWarning: (id: number, text: string) => void;
}

interface Worker {
  readonly process: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  job: { readonly id: number; readonly finish: (outcome: Outcome) => void } | undefined;
  usage: Usage | undefined;
  /** Last lines that it wrote to stderr. */
  readonly errors: string[];
  ended: Promise<void>;
}

const permissions = ["read", "write", "ffi", "sys", "env"].map((name) => `--allow-${name}`);
const encoder = new TextEncoder();

/** As many processes as jobs were ever in progress at once; idle ones are used again. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<Worker>();
  readonly #past: Usage[] = [];
  readonly #retiring = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Runs a job on an idle worker or a new one. */
  run(job: Job): Promise<Outcome> {
    const worker = [...this.#workers].find((candidate) => candidate.job === undefined) ??
      this.#spawn();
    return new Promise((resolve) => {
      worker.job = { id: job.id, finish: resolve };
      this.#send(worker, { type: "job", job });
    });
  }

  /** Asks all workers to save and stop; those that do not within `graceSeconds` are killed. */
  stop(graceSeconds: number): void {
    for (const worker of this.#workers) this.#send(worker, { type: "stop" });
    const timer = setTimeout(() => {
      for (const worker of this.#workers) kill(worker.process);
    }, graceSeconds * 1000);
    Deno.unrefTimer(timer);
  }

  /** Ends all workers and waits for them. */
  async close(): Promise<void> {
    for (const worker of this.#workers) this.#retire(worker);
    await Promise.all(this.#retiring);
  }

  /** Processor time of all workers so far and the largest one's peak memory. */
  usage(): { readonly cpuSeconds: number; readonly peakBytes: number } {
    const all = [...this.#past, ...[...this.#workers].flatMap((worker) => worker.usage ?? [])];
    return {
      cpuSeconds: all.reduce((sum, usage) => sum + usage.cpuSeconds, 0),
      peakBytes: Math.max(0, ...all.map((usage) => usage.peakBytes)),
    };
  }

  #spawn(): Worker {
    const { copy } = this.#options;
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--config",
        `${copy}/deno.json`,
        ...permissions,
        `${copy}/src/dag/worker.ts`,
      ],
      cwd: copy,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const worker: Worker = {
      process,
      input: process.stdin.getWriter(),
      job: undefined,
      usage: undefined,
      errors: [],
      ended: Promise.resolve(),
    };
    worker.ended = this.#follow(worker);
    this.#workers.add(worker);
    return worker;
  }

  async #follow(worker: Worker): Promise<void> {
    const { process } = worker;
    await Promise.all([this.#listen(worker), collect(process.stderr, worker.errors)]);
    this.#died(worker, await process.status);
  }

  async #listen(worker: Worker): Promise<void> {
    for await (const line of readLines(worker.process.stdout)) {
      const message = parseMessage(line);
      if (message) this.#receive(worker, message);
    }
  }

  #receive(worker: Worker, message: FromWorker): void {
    if (message.type === "progress") return this.#options.onProgress(message.id, message.progress);
    if (message.type === "warning") return this.#options.onWarning(message.id, message.text);
    const { job } = worker;
    worker.job = undefined;
    if (message.type === "done") {
      worker.usage = message.usage;
      if (message.usage.residentBytes > this.#options.recycleBytes) this.#retire(worker);
    }
    job?.finish(message);
  }

  #died(worker: Worker, status: Deno.CommandStatus): void {
    this.#forget(worker);
    const how = status.signal ? `by ${status.signal}` : `with exit code ${status.code}`;
    const said = worker.errors.length > 0 ? `: ${worker.errors.join("\n")}` : "";
    worker.job?.finish({
      type: "crashed",
      id: worker.job.id,
      message: `the worker process ended ${how}${said}`,
    });
    worker.job = undefined;
  }

  #retire(worker: Worker): void {
    this.#forget(worker);
    const ended = worker.input.close().catch(() => {}).then(() => worker.ended);
    this.#retiring.add(ended);
    void ended.finally(() => this.#retiring.delete(ended));
  }

  #forget(worker: Worker): void {
    if (this.#workers.delete(worker) && worker.usage) this.#past.push(worker.usage);
  }

  #send(worker: Worker, message: ToWorker): void {
    // A failed write means that it died, which `ended` reports.
    worker.input.write(encoder.encode(JSON.stringify(message) + "\n")).catch(() => {});
  }
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: string[],
): Promise<void> {
  for await (const line of readLines(stream)) {
    lines.push(line);
    if (lines.length > 20) lines.shift();
  }
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}
