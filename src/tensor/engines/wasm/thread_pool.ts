import type { KernelExports } from "./instantiate.ts";
import { BOARD_BYTES, JobBoard } from "./job_board.ts";
import type { Pool } from "./pool.ts";
import { startThread, type WorkerStart } from "./worker.ts";

/** What the threads share. */
export interface ThreadPoolOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernels: KernelExports;
  /** Threads besides the caller's. */
  readonly helpers: number;
}

/** A pool of threads over one memory; the calling thread works with them. Close it, or the process does not end. */
export async function threadPool(
  { module, memory, kernels, helpers }: ThreadPoolOptions,
): Promise<Pool> {
  const shared = new SharedArrayBuffer(BOARD_BYTES);
  const start: WorkerStart = { module, memory, board: shared };
  const workers = Array.from({ length: helpers }, startThread);
  await Promise.all(workers.map((worker) =>
    new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => reject(new Error(`internal: a thread failed: ${event.message}`));
      worker.postMessage(start);
    })
  ));
  const board = new JobBoard(shared, kernels);
  return {
    run: (tasks) => board.run(tasks),
    close: () => board.stop(),
  };
}
