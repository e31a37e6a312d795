/** Places at which a test can have a process killed, named by `RETABLE_FAULT=<point>[:<stage>]`. */

/** Every fault point; the first four are in the runner, the others in a worker. */
export const faultPoints = [
  "runner-before-freeze",
  "runner-after-freeze",
  "runner-before-dispatch",
  "runner-after-result",
  "before-lock",
  "after-lock",
  "inputs-verified",
  "mid-run",
  "outputs-written",
  "before-rename",
  "after-rename",
  "before-report",
] as const;

export type FaultPoint = typeof faultPoints[number];

/** Kills this process if the environment names this point, once a store: a marker file says that it happened. */
export function faultPoint(
  point: FaultPoint,
  at: { readonly store: string; readonly stage: string },
): void {
  const wanted = Deno.env.get("RETABLE_FAULT");
  if (wanted !== point && wanted !== `${point}:${at.stage}`) return;
  try {
    Deno.openSync(`${at.store}/fault-${point}`, { createNew: true, write: true }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  Deno.kill(Deno.pid, "SIGKILL");
}
