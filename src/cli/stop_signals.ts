/** Signals that ask a command to save its state and stop. Windows has no SIGTERM: listening to it throws there. */
export const stopSignals: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];
