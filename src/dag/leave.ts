/** The C library, by system. */
const C_LIBRARY: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/**
 * Ends the process at once, without what usually happens at the end: native libraries tear down what their threads still compute with,
 * which ends in a segmentation fault now and then. Files and pipes that were written to synchronously are whole.
 */
export function leave(code: number): never {
  const library = C_LIBRARY[Deno.build.os];
  if (library !== undefined) {
    try {
      Deno.dlopen(library, { _exit: { parameters: ["i32"], result: "void" } }).symbols._exit(code);
    } catch {
      // Another C library: the usual way is all there is.
    }
  }
  Deno.exit(code);
}

/** From now on `leave(1)` after an error that nothing catches, when `report` was given it as the runtime would write it. */
export function leaveOnUncaughtErrors(report: (text: string) => void): void {
  const leaveBy = (how: string, error: unknown) => {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    try {
      report(`error: ${how} ${text}`);
    } finally {
      leave(1);
    }
  };
  globalThis.addEventListener("error", ({ error }) => leaveBy("Uncaught", error));
  globalThis.addEventListener(
    "unhandledrejection",
    ({ reason }) => leaveBy("Uncaught (in promise)", reason),
  );
}
