import type { KernelExports } from "./instantiate.ts";
import { callKernel, type Task } from "./pool.ts";

const MAXIMUM_TASKS = 64;
const MAXIMUM_ARGUMENTS = 24;
/** Words before the tasks: the ticket, the number of finished tasks, whether threads shall stop. */
const TICKET = 0;
const FINISHED = 1;
const STOP = 2;
const HEADER_WORDS = 4;
const TASK_NUMBERS = MAXIMUM_ARGUMENTS + 2;

/** Bytes of shared memory that a board takes. */
export const BOARD_BYTES = 4 * HEADER_WORDS + 8 * MAXIMUM_TASKS * TASK_NUMBERS;

/** Longest time that a thread waits before it looks again, in milliseconds. */
const WAIT_MILLISECONDS = 1000;

/**
 * A list of tasks in shared memory from which threads take one after the other. The ticket holds, in one word, the generation of the list
 * (upper 16 bits), its length and how many are taken (8 bits each): a thread that comes late can neither take a task twice nor one of
 * another list.
 */
export class JobBoard {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #names: readonly (keyof KernelExports)[];

  constructor(buffer: ArrayBufferLike, private readonly kernels: KernelExports) {
    this.#words = new Int32Array(buffer, 0, HEADER_WORDS);
    this.#numbers = new Float64Array(buffer, 4 * HEADER_WORDS, MAXIMUM_TASKS * TASK_NUMBERS);
    this.#names = Object.keys(kernels).sort() as (keyof KernelExports)[];
  }

  /** Puts a list up, works on it together with the other threads, and returns once it is done. */
  run(tasks: readonly Task[]): void {
    if (tasks.length > MAXIMUM_TASKS) throw new Error("internal: too many tasks for a board");
    for (const [index, [kernel, ...args]] of tasks.entries()) {
      if (args.length > MAXIMUM_ARGUMENTS) {
        throw new Error(`internal: too many arguments of ${kernel}`);
      }
      this.#numbers.set([this.#names.indexOf(kernel), args.length, ...args], index * TASK_NUMBERS);
    }
    const generation = (Atomics.load(this.#words, TICKET) >>> 16) + 1;
    Atomics.store(this.#words, FINISHED, 0);
    Atomics.store(this.#words, TICKET, (generation << 16) | (tasks.length << 8));
    Atomics.notify(this.#words, TICKET);
    this.#work();
    for (;;) {
      const finished = Atomics.load(this.#words, FINISHED);
      if (finished === tasks.length) return;
      Atomics.wait(this.#words, FINISHED, finished, WAIT_MILLISECONDS);
    }
  }

  /** Works on lists as they come, until `stop`. */
  serve(): void {
    while (Atomics.load(this.#words, STOP) === 0) {
      const ticket = Atomics.load(this.#words, TICKET);
      this.#work();
      Atomics.wait(
        this.#words,
        TICKET,
        (ticket & ~0xff) | (ticket >>> 8 & 0xff),
        WAIT_MILLISECONDS,
      );
    }
  }

  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.add(this.#words, TICKET, 1 << 16);
    Atomics.notify(this.#words, TICKET);
  }

  #work(): void {
    for (let index = this.#take(); index >= 0; index = this.#take()) {
      const start = index * TASK_NUMBERS;
      const count = this.#numbers[start + 1] ?? 0;
      const kernel = this.#names[this.#numbers[start] ?? 0];
      if (!kernel) throw new Error("internal: a task without kernel");
      callKernel(
        this.kernels,
        kernel,
        Array.from(this.#numbers.subarray(start + 2, start + 2 + count)),
      );
      Atomics.add(this.#words, FINISHED, 1);
      Atomics.notify(this.#words, FINISHED);
    }
  }

  /** Index of the next task, or -1. */
  #take(): number {
    for (;;) {
      const ticket = Atomics.load(this.#words, TICKET);
      const taken = ticket & 0xff;
      if (taken >= (ticket >>> 8 & 0xff)) return -1;
      if (Atomics.compareExchange(this.#words, TICKET, ticket, ticket + 1) === ticket) return taken;
    }
  }
}
