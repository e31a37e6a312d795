/// <reference lib="deno.worker" />
/** The main module of a Web Worker: does one piece of work after another, sends back results and progress. */
import { UserError } from "../errors.ts";
import {
  type PreprocessResult,
  type PreprocessTask,
  runPreprocessTask,
} from "./preprocess_task.ts";

/** What a worker is told. */
export type ToPreprocessWorker = { readonly task: PreprocessTask } | { readonly stop: true };

/** What it says; first `ready`. */
export type FromPreprocessWorker =
  | { readonly ready: true }
  | { readonly progress: number }
  | { readonly result: PreprocessResult }
  | {
    readonly failed: {
      readonly message: string;
      readonly stack: string | undefined;
      readonly user: boolean;
    };
  };

/** Progress is gathered, so that it costs nothing. */
const PROGRESS_PICTURES = 32;

const stop = new AbortController();

function send(message: FromPreprocessWorker): void {
  self.postMessage(message);
}

async function work(task: PreprocessTask): Promise<FromPreprocessWorker> {
  let gathered = 0;
  try {
    const result = await runPreprocessTask(task, {
      signal: stop.signal,
      onProgress: (count) => {
        gathered += count;
        if (gathered < PROGRESS_PICTURES) return;
        send({ progress: gathered });
        gathered = 0;
      },
    });
    if (gathered > 0) send({ progress: gathered });
    return { result };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { failed: { message, stack, user: error instanceof UserError } };
  }
}

self.onmessage = async ({ data }: MessageEvent<ToPreprocessWorker>) => {
  if ("stop" in data) stop.abort(new DOMException("stopped", "AbortError"));
  else send(await work(data.task));
};
send({ ready: true });
