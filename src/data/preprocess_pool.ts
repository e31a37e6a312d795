import { UserError } from "../errors.ts";
import {
  type PreprocessResult,
  type PreprocessTask,
  runPreprocessTask,
  type TaskContext,
} from "./preprocess_task.ts";
import type { FromPreprocessWorker, ToPreprocessWorker } from "./preprocess_worker.ts";

/** More Web Workers than this are not started: each takes some 40 MB, and 1 GB has to do. */
const WORKER_LIMIT = 12;

/** Does pieces of work, each on a Web Worker of its own, or here if there is one thread only. */
export class PreprocessPool {
  /** Pieces that run at a time. */
  readonly size: number;
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];

  constructor(threads: number) {
    this.size = Math.min(threads, WORKER_LIMIT);
  }

  /** Does a piece; at most `size` at a time. When the signal fires it ends between two pictures. */
  async run(task: PreprocessTask, context: TaskContext): Promise<PreprocessResult> {
    if (this.size === 1) return await runPreprocessTask(task, context);
    const worker = this.#idle.pop() ?? await this.#start();
    const stop = () => post(worker, { stop: true });
    context.signal.addEventListener("abort", stop);
    try {
      return await new Promise<PreprocessResult>((resolve, reject) => {
        listen(worker, (message) => {
          if ("progress" in message) context.onProgress(message.progress);
          else if ("result" in message) resolve(message.result);
          else if ("failed" in message) reject(failure(message.failed));
        }, reject);
        post(worker, { task });
        if (context.signal.aborted) stop();
      });
    } finally {
      context.signal.removeEventListener("abort", stop);
      this.#idle.push(worker);
    }
  }

  /** Ends the workers. No piece may be running. */
  close(): void {
    for (const worker of this.#all) worker.terminate();
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(new URL("./preprocess_worker.ts", import.meta.url).href, {
      type: "module",
    });
    this.#all.push(worker);
    await new Promise<void>((resolve, reject) => {
      listen(worker, (message) => "ready" in message && resolve(), reject);
    });
    return worker;
  }
}

function listen(
  worker: Worker,
  receive: (message: FromPreprocessWorker) => void,
  broken: (error: Error) => void,
): void {
  worker.onmessage = ({ data }: MessageEvent<FromPreprocessWorker>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    broken(new Error(`internal: a preprocessing worker broke: ${event.message}`));
  };
}

function post(worker: Worker, message: ToPreprocessWorker): void {
  worker.postMessage(message);
}

function failure({ message, stack, user }: {
  readonly message: string;
  readonly stack: string | undefined;
  readonly user: boolean;
}): Error {
  if (user) return new UserError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
