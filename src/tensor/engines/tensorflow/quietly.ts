const libc = {
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const STDERR = 2;
const WRITE_ONLY = 1;

/**
 * Does `work` with the process's standard error thrown away: TensorFlow writes a notice there while it is loaded, which no setting
 * stops. What `work` throws passes through.
 */
export function quietly<T>(work: () => T): T {
  const { symbols: { dup, dup2, close, open } } = Deno.dlopen("libc.so.6", libc);
  const kept = dup(STDERR);
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), WRITE_ONLY);
  if (kept < 0 || nowhere < 0) return work();
  dup2(nowhere, STDERR);
  try {
    return work();
  } finally {
    dup2(kept, STDERR);
    close(kept);
    close(nowhere);
  }
}
