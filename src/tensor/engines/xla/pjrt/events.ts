import type { PjrtApi } from "./api.ts";
import { type Address, Struct } from "./struct.ts";

/** Waits for events of the plugin. Every event is looked at for its error and destroyed exactly once. */
export class Events {
  readonly #ready = new Struct("PJRT_Event_IsReady_Args");
  readonly #error = new Struct("PJRT_Event_Error_Args");
  readonly #destroy = new Struct("PJRT_Event_Destroy_Args");

  constructor(private readonly api: PjrtApi) {}

  isReady(event: Address): boolean {
    this.api.call("PJRT_Event_IsReady", this.#ready.set("event", event));
    return this.#ready.number("is_ready") !== 0;
  }

  /** Destroys an event that is ready. Throws the error that it carries. */
  take(event: Address): void {
    try {
      this.api.call("PJRT_Event_Error", this.#error.set("event", event));
    } finally {
      this.#drop(event);
    }
  }

  /** Waits without holding up the event loop, then as `take`. */
  async wait(event: Address): Promise<void> {
    if (this.isReady(event)) return this.take(event);
    try {
      const args = new Struct("PJRT_Event_Await_Args").set("event", event);
      await this.api.callLater("PJRT_Event_Await", args);
    } finally {
      this.#drop(event);
    }
  }

  /** Holds the thread until the event is ready, then as `take`. */
  waitNow(event: Address): void {
    try {
      this.api.call("PJRT_Event_Await", new Struct("PJRT_Event_Await_Args").set("event", event));
    } finally {
      this.#drop(event);
    }
  }

  #drop(event: Address): void {
    this.api.call("PJRT_Event_Destroy", this.#destroy.set("event", event));
  }
}
