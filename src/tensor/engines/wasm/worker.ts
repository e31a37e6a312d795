/// <reference lib="deno.worker" />
import { instantiate } from "./instantiate.ts";
import { JobBoard } from "./job_board.ts";

/** What a thread of a pool is given at its start. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: SharedArrayBuffer;
}

const THREAD_NAME = "retable kernels";

/**
 * Starts a thread, which runs this very module. It is imported by those who start threads, rather than named by its file only, so that it
 * is part of whatever copy of the code runs.
 */
export function startThread(): Worker {
  return new Worker(import.meta.url, { type: "module", name: THREAD_NAME });
}

if (typeof DedicatedWorkerGlobalScope !== "undefined" && self.name === THREAD_NAME) {
  self.onmessage = ({ data }: MessageEvent<WorkerStart>) => {
    const board = new JobBoard(data.board, instantiate(data.module, data.memory));
    self.postMessage("ready");
    board.serve();
    self.close();
  };
}
