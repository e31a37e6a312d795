import type { KernelExports } from "./instantiate.ts";

/** Name and arguments of one kernel call that may run beside others. */
export type Task = readonly [kernel: keyof KernelExports, ...args: number[]];

/** Runs independent kernel calls, on as many threads as there are. */
export interface Pool {
  run(tasks: readonly Task[]): void;
  close(): void;
}

/** Calls a kernel by its name. */
export function callKernel(
  kernels: KernelExports,
  kernel: keyof KernelExports,
  args: readonly number[],
): void {
  // All kernels take numbers only; which ones, the lowerings know.
  (kernels[kernel] as (...args: readonly number[]) => void)(...args);
}

/** A pool without threads of its own. */
export function singlePool(kernels: KernelExports): Pool {
  return {
    run: (tasks) => {
      for (const [kernel, ...args] of tasks) callKernel(kernels, kernel, args);
    },
    close: () => {},
  };
}
