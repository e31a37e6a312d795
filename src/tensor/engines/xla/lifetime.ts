/** How long an engine lives: no call begins after `end`, and what is released then stays until the last call under way has ended. */
export class Lifetime {
  #underWay = 0;
  #release: (() => void) | undefined;

  /** Throws an Error after `end`. */
  check(): void {
    if (this.#release) throw new Error("This engine was closed");
  }

  /** A call that waits for the plugin. Throws an Error after `end`. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.check();
    this.#underWay++;
    try {
      return await call();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#release?.();
    }
  }

  /** Calls `release` once: now, or after the calls under way. */
  end(release: () => void): void {
    if (this.#release) return;
    this.#release = release;
    if (this.#underWay === 0) release();
  }
}
