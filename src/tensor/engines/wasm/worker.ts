/// <reference lib="deno.worker" />
import { instantiate } from "./instantiate.ts";
import { JobBoard } from "./job_board.ts";

/** What a thread of a pool is given at its start. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly board: SharedArrayBuffer;
}

self.onmessage = ({ data }: MessageEvent<WorkerStart>) => {
  const board = new JobBoard(data.board, instantiate(data.module, data.memory));
  self.postMessage("ready");
  board.serve();
  self.close();
};
