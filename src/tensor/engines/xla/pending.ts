import type { Events } from "./pjrt/events.ts";
import type { Address } from "./pjrt/struct.ts";

interface Execution {
  readonly done: Address;
  /** Makes an error of the plugin clear. */
  readonly explain: (error: unknown) => unknown;
  /** Called when the execution has ended: destroying a buffer that it was given would wait for that. */
  readonly release: () => void;
}

/** Executions that were enqueued and have not been looked at since. An error of one is thrown by whoever looks first. */
export class Pending {
  readonly #executions: Execution[] = [];

  constructor(private readonly events: Events) {}

  push(execution: Execution): void {
    this.#executions.push(execution);
  }

  /** Waits until at most `count` executions are under way. */
  async atMost(count: number): Promise<void> {
    for (;;) {
      const [first] = this.#executions;
      if (!first) return;
      const isReady = this.events.isReady(first.done);
      if (!isReady && this.#executions.length <= count) return;
      this.#executions.shift();
      try {
        if (isReady) this.events.take(first.done);
        else await this.events.wait(first.done);
      } catch (error) {
        throw first.explain(error);
      } finally {
        first.release();
      }
    }
  }

  /** Holds the thread until nothing is under way; errors are dropped. */
  drain(): void {
    for (const { done, release } of this.#executions.splice(0)) {
      try {
        this.events.waitNow(done);
      } catch {
        // Nobody can use what failed any more.
      }
      release();
    }
  }
}
